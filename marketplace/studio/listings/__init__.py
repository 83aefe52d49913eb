"""The studio's pages of a listing: what is said of it, its pictures, its figures."""
