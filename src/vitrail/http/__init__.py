"""The door: errors, headers, limits, sessions and pages. Nothing of it knows a noun."""
