"""The pages of use: an organisation's own, and those of all it looks after."""
