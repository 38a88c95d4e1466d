"""A jaffle shop on DuckDB: a dbt project, its data, and two people who see different rows."""
