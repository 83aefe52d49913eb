"""The pages of a CSP's customers."""
