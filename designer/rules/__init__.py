"""Pages of rules: the list, a rule and its draft."""
