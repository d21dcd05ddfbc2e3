"""What the program costs: CPU of a click, calls, bytes, cold starts, report throughput, and dollars from them."""
