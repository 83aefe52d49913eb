"""Packs as a whole: whether everything that a pack brings along fits together."""
