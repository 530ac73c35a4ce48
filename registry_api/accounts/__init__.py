"""Who acts: API keys, roles, scopes, browser sessions, and the one place where the reach of a key is decided."""
