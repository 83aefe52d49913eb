"""The block garland.neighbours."""
