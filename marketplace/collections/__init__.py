"""Collections: listings that somebody puts together under a name, for others to start from."""
