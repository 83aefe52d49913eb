"""The block garland.netconf-get."""
