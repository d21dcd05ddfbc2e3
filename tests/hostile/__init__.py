"""Hostile input: what strangers may send at the doors, in files and on standard input, and what must hold then."""
