"""What follows from facts and from time."""
