"""The pages of plans: a provider's, and which one a customer is on."""
