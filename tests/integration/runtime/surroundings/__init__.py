"""Tests of what lies round an alarm."""
