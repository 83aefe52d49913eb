"""The customers' side of the marketplace: finding, judging, installing and removing blocks."""
