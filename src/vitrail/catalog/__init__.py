"""What can be asked: explores, dimensions, metrics, joins."""
