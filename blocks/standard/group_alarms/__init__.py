"""The block garland.group-alarms."""
