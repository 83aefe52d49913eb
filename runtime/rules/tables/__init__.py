"""Decision tables: rules written as a grid of inputs, outputs and rows, under a hit policy."""
