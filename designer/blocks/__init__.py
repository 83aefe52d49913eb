"""Which blocks a tenant can use, and how it installs them: pages and REST."""
