"""The invented world of `garland up --demo`."""
