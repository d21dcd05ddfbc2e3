"""Where things are kept: the only room with AWS words. It may import the model, and nothing else of ours."""
