"""The block garland.acknowledge-alarm."""
