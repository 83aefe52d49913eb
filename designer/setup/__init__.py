"""A workflow's settings in plain words: how many at a time, on failure, variables, its form."""
