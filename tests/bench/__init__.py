"""What the program costs, and the bench that says so."""
