"""What every package leans on and what knows none of them: errors, database, schemas, HTTP."""
