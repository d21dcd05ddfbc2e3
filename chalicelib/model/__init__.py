"""What is true: facts, rules and decisions. Standard library only; no clock, no I/O: time and ids are arguments."""
