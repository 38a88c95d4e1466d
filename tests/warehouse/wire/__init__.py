"""Servers that speak as much of an engine's own HTTP protocol as its official client needs, with DuckDB behind them."""
