"""Shadow runs: what steps were last given, tried with a new version; nothing outside is touched."""
