"""Alarms: what sources say, what becomes of it, and what operators do with it."""
