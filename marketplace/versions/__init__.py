"""New versions as an organisation meets them: what is on its way to it, and what was recalled."""
