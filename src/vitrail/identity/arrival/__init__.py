"""How people come in: the first administrator, invitations, and passwords that were forgotten. Each is a link that
works once and for a while."""
