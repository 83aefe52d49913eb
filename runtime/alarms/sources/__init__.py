"""Where alarms come from: the sources of a tenant and how each kind is read."""
