"""Whether the evidence of many visits finds what is planted, in traffic made up by a generator of its own."""
