"""Starting workflows by the clock: what a schedule says, when it is due, what was dealt with."""
