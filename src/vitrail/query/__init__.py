"""Asking: a `MetricQuery` in, rows out. Knows nothing of HTTP, users or the database."""
