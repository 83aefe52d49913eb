"""The block Wait."""
