"""Pictures of listings: taken from files by what they are, kept, and shown to who may see them."""
