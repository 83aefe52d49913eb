"""Advisories: what is wrong with which versions of a block, and where it is mended."""
