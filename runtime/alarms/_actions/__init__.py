"""What people, rules and workflows do to an alarm, by noun; each leaves a line in its history."""
