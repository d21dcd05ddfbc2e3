"""The simulation holds its laws, finds planted bugs, and is itself held to the real services."""
