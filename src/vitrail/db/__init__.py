"""Where records are kept: one engine, one base for every noun's tables, migrations that run at start."""
