"""Templates: workflows that are ready to use once a short form is filled in."""
