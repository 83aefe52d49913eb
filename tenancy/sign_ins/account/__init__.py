"""A person's own account: the pages under /account, which belong to no organisation."""
