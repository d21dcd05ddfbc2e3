"""The tag and the demo shop in a real browser."""
