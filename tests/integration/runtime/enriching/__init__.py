"""Tests of what the inventory adds to alarms, with a database."""
