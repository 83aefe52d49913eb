"""The block garland.find-trouble-tickets."""
