"""Vitrail: governed data apps on a dbt semantic layer."""

__version__ = "0.1.0"
