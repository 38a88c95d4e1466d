"""Saved charts: a question and how its answer is drawn."""
