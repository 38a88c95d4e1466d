"""Local servers that speak a provider's protocol on the wire, with scripted answers, for the official clients."""
