"""The block Acknowledge alarm."""
