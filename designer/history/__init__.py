"""The versions of a workflow: listed, compared, retired, taken back into the draft."""
