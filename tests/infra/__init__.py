"""How the program is packaged and put into service."""
