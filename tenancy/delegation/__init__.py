"""Delegated operation: a provider's support acts in a customer by a grant, or breaks the glass."""
