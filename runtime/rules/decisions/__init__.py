"""Decision tables over REST."""
