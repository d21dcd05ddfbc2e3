"""The whole road, as a person and as a server walk it."""
