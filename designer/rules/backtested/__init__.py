"""A rule's draft judged over the tenant's own history."""
