"""What carries a block's wishes to the outside: HTTP calls and mail."""
