"""The block garland.look-up-services."""
