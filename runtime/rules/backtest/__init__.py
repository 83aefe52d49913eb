"""Backtests: what a rule would have done, had it been judged over what came already."""
