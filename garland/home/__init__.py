"""The first page of an organisation."""
