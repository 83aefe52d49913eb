"""The mapping editor: a sample, the fields of the alarm, and the alarm that results."""
