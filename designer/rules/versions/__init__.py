"""The versions of a rule: listed, compared, taken back into the draft; copies and deleting."""
