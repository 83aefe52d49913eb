"""How each kind of source is read, and what a tenant can set on it."""
