"""What every rule that is judged says of one alarm: held or not, and what decided."""
