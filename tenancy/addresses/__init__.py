"""A person's e-mail address and password: proved and changed by links that are mailed."""
