"""Who writes: models, tools and the loop; `composer/` is the offline model."""
