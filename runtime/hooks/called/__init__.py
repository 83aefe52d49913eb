"""The addresses of webhooks, as other systems call them."""
