"""The block garland.mqtt-publish."""
