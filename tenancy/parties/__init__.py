"""Customers as parties (TMF632) and party roles (TMF669), for a provider's own systems."""
