"""Where business users draw workflows and write rules."""
