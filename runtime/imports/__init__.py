"""Files that change much at once: read and compared first, then applied as a whole, or let go."""
