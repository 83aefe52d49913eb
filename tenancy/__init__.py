"""Organisations, people, what each may do where, and the guard that keeps tenants apart."""
