"""The block garland.netconf-edit."""
