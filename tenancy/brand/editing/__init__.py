"""The page where a provider chooses its brand, tries it and goes back to the vendor's."""
