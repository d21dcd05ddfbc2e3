"""What finance reads, over a lagging index and a bucket in memory, and over the real ones."""
