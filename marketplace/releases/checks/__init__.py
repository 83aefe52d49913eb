"""What every release is checked for before a person looks at it."""
