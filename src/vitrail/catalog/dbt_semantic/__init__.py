"""dbt's own semantic layer: its manifests → explores."""
