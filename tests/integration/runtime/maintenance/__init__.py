"""Tests of maintenance windows."""
