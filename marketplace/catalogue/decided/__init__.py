"""The parts of an overlay over REST."""
