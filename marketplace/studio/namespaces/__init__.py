"""The studio's pages of a namespace and its keys."""
