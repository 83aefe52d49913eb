"""The page of the vendor's reviewers: ratings that were reported."""
