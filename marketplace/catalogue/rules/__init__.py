"""The pages of a catalogue's rules."""
