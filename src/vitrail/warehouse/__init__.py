"""Where the data lies: one driver a file behind one protocol, and what differs between engines as data."""
