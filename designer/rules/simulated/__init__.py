"""A rule tried on alarms that a person pasted or took from the recent ones."""
