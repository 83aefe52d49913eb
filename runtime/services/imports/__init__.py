"""The pages of importing services."""
