"""The block garland.shelve-alarm."""
