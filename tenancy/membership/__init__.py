"""Who belongs to an organisation: its page, its REST interface, and what changes it."""
