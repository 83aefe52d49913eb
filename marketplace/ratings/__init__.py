"""Ratings of listings, given from proven use alone."""
