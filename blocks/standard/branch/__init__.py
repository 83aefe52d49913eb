"""The block Branch."""
