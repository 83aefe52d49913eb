"""Runs carried through the real database by the real drain, with a clock of the test's."""
