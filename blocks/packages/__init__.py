"""What a block or pack is when it travels: one file, listed, signed, and read with suspicion."""
