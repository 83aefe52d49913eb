"""A block that tries what no block may do."""
