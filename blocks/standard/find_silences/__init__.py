"""The block garland.find-silences."""
