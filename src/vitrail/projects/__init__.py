"""Projects: a dbt project and the warehouse it is asked on."""
