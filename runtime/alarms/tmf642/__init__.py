"""TMF642 Alarm Management, as a server: v4.0.0 and, where it differs, v5.0.1."""
