"""Purging: cleared alarms that a person or a program deletes by a filter, before they are old."""
