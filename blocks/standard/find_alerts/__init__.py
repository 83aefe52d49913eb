"""The block garland.find-alerts."""
