"""Installing from the marketplace with consent, and removing with what would break."""
