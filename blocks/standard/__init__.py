"""The blocks that come with Garland: drop a folder in and it is there."""
