"""How it is run: setting up a network, reading its log, and the command."""
