"""The block garland.create-trouble-ticket."""
