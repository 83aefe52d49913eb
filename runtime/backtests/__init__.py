"""Backtests of a tenant: its rules over its past, and the surroundings that its alarms had."""
