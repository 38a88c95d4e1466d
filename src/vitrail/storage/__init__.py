"""Where files are kept: one object store, a local folder or S3."""
