"""TMF635 Usage Management v4: what was used, for the billing systems of providers."""
