"""The block garland.decide."""
