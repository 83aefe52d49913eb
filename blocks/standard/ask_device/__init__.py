"""The block garland.ask-device."""
