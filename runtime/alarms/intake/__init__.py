"""Taking alarms in over HTTP."""
