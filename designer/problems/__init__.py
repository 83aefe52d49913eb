"""What is wrong with a draft, step by step, and what can be mended by one button."""
