"""The studio's pages of a release on its way."""
