"""The block Send email."""
