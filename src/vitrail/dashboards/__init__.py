"""Dashboards: charts, words and apps on a grid, with filters over them."""
