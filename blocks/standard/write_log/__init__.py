"""The block Write log."""
