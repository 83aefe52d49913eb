"""The pages of a catalogue's bundles."""
