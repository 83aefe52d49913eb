"""A CSP's own blocks: brought in, looked at by its own people, and offered to its customers."""
