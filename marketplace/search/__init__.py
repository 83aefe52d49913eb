"""Finding listings of the marketplace: what each is found by, searching, and facets."""
