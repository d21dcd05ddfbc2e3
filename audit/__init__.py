"""Two programs that check a month close from its files alone: they use nothing of clickledger, nor of each other."""
