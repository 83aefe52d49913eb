"""The life of an organisation: its states, what each allows, and going from one to another."""
