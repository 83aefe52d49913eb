"""The block garland.common-cause."""
