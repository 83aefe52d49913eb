"""The block garland.comment-alarm."""
