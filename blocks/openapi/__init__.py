"""Makes a pack of blocks without code from another system's OpenAPI document."""
