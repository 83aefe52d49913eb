"""Workflows as a stock that people keep: paused many at once, copied, deleted."""
