"""The demo instance: its people, its project, its own licence."""
