"""The block Switch."""
