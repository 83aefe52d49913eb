"""Organisations that sign up by themselves where a CSP lets them."""
