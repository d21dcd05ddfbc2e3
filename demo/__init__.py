"""A network to play with: what `make run` shows beside the product itself. Nothing here is deployed."""
