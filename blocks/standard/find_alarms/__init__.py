"""The block garland.find-alarms."""
