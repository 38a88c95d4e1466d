"""The licence: signed keys, their states, and the features they open."""
