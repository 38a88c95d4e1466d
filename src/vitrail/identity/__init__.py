"""Who: people, passwords, sessions, tokens, attributes, organisations."""
