"""The block garland.look-up-inventory."""
