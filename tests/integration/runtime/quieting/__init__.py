"""Tests of holding alarms back."""
