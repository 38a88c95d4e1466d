"""Questions over dbt's own semantic layer → statements."""
