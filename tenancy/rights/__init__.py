"""What somebody may do here, and why: each permission, yes or no, with the reason."""
