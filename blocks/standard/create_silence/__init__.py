"""The block garland.create-silence."""
