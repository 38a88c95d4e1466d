"""Spaces: folders that nest, and who may see into them."""
