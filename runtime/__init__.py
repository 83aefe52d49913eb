"""The runtime: alarms come in, rules judge them, workflows run."""
