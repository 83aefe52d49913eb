"""SNMP traps and informs: decoded, authenticated, and made alarms by a catalogue."""
