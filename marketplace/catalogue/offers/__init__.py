"""The page of one listing in a catalogue: how it is offered, and what customers see of it."""
