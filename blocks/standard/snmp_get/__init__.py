"""The block garland.snmp-get."""
