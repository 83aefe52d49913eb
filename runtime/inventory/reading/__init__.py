"""Files that say what a network has: one module a format, each ends in `Gathered`."""
