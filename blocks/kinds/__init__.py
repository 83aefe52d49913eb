"""What runs a block, by the kind its manifest names."""
