"""Moving an organisation to another installation, and deleting one with proof of it."""
