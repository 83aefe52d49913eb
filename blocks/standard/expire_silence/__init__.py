"""The block garland.expire-silence."""
