"""The customers of a CSP or reseller: adding them, and their list without what is in them."""
