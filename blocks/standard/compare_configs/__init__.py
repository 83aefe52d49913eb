"""The block garland.compare-configs."""
