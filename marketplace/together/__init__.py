"""What works with what: learned from workflows that are live, across organisations."""
