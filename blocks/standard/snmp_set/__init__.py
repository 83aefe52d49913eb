"""The block garland.snmp-set."""
