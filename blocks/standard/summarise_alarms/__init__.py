"""The block garland.summarise-alarms."""
