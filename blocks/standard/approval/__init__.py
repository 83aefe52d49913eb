"""The block garland.approval."""
