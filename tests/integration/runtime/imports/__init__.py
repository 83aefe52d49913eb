"""Tests of the staged imports."""
