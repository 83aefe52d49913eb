"""The rules of a syslog source as forms."""
