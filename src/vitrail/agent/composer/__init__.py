"""The offline model: a planner that reads a prompt against the catalog and writes an app."""
