"""The block garland.look-up-table."""
