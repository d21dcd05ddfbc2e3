"""clickledger: a click is written down, a sale is booked once, and finance can read the sum."""
