"""What lies round an alarm when a rule judges it: network, inventory, planned work."""
