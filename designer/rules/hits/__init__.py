"""The page of what all rules hit."""
