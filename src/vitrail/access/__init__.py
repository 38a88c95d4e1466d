"""May they: scopes, roles, and one decision with its reason."""
