"""A workflow from a file played in memory: no database, no queue, no other process."""
