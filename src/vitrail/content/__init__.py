"""What charts, dashboards and data apps share as things that lie in spaces: their place, their history, their lists."""
