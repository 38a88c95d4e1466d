"""What happened: an append-only, hash-chained log."""
