"""The block garland.http-request."""
