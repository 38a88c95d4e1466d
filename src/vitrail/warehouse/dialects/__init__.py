"""One engine's SQL a file, all of it data."""
