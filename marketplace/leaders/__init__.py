"""Leaderboards of a month that nobody lifts by installing what is their own."""
