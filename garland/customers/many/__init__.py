"""The pages on which many customers are changed at once, told something, or taken out as a file."""
