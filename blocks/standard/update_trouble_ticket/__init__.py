"""The block garland.update-trouble-ticket."""
