"""The block garland.run-device-command."""
