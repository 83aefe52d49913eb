"""Templates shared between organisations: checked, cleaned, taken over, updated by merging."""
