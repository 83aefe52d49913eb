"""What a rule did: its firings, and the rules that fire for the same alarms."""
