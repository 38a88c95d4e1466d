"""What administrators keep: people, groups, custom roles, attributes, service accounts, project access."""
