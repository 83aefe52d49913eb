"""Why a customer sees this version of a listing: the page."""
