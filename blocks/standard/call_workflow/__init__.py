"""The block garland.call-workflow."""
