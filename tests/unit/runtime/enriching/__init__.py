"""Tests of what the inventory adds to alarms."""
