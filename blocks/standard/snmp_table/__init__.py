"""The block garland.snmp-table."""
