"""The block garland.flapping."""
