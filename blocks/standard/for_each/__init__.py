"""The block garland.for-each."""
