"""What the tests stand on: a real Postgres, and instances with people."""
