"""What every rule that is judged says of one alarm: fired, held or not, and what decided."""
