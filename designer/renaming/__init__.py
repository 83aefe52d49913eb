"""Calling a step or a variable of a draft otherwise, with a look at what follows."""
