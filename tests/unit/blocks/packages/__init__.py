"""Packages: archives, wheels, signatures, trust."""
