"""The palette: what a person marks and places, what works well after what, what could come."""
