"""The whole program over a small AWS in memory, with one seeded source of clock, order, faults and crashes."""
