"""Templates for customers: the provider's pages, the customer's, and both over REST."""
