"""Pages of what a provider holds from those below it."""
