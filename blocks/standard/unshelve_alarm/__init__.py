"""The block garland.unshelve-alarm."""
