"""What every rule says of one alarm."""
