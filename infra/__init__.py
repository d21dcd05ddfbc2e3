"""How the program is packaged, put into service and taken out again: on AWS and on the local emulator alike."""
