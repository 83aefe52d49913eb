"""Several people at one draft: who else has it open, and putting their changes together."""
