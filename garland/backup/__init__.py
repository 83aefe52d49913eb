"""Backups of a whole installation: making, checking, restoring; see `docs/backup.md`."""
