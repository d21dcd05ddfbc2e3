"""The two programs that check a close, on random months of the real close."""
