"""The edge of the vendor's review; what it does is in `marketplace.releases`."""
