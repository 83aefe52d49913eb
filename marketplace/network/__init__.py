"""The rounds by which the marketplace learns from use."""
