"""The network drawn with the severity of its alarms: what is shown of it, where, and how bad."""
