"""The block HTTP request."""
