"""Data apps: versions, build pipeline, releases, the bridge that feeds them."""
