"""Was a backup made lately, and is there room for the next one."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from garland.backup.last import LastBackup, last_backup
from garland.operations.finding import Finding
from garland.services import Services
from kernel.clock import utc_now

NAME, ROOM = "backup", "room for backups"
ROOM_FACTOR = 3
"""While one is made the copy of the database lies beside it: several times its packed size."""
_NONE = "none was made on this machine; `garland backup FOLDER --keep 7` makes one while all runs"


def age(services: Services) -> Finding:
    """Tell how old the last backup is that was made here; wrong once it is older than wanted."""
    settings = services.settings
    return judged(last_backup(settings.data_dir), settings.backup_age_hours, now=utc_now())


def judged(last: LastBackup | None, most_hours: int, *, now: datetime) -> Finding:
    """Judge the age of a backup; `most_hours` 0 is no limit.

    Where none was ever made nothing is wrong yet: they may be made by other means.
    """
    if last is None:
        return Finding(name=NAME, ok=True, message=_NONE)
    hours = (now - last.made_at) / timedelta(hours=1)
    message = f"{last.file}, {hours:.0f} h ago, {last.size_bytes // 1024**2:,} MB"
    remedy = (
        "See why the job that makes backups does not: run `garland backup FOLDER` by hand. "
        "GARLAND_BACKUP_AGE_HOURS says how old the last one may be."
    )
    is_old = 0 < most_hours < hours
    if not last.file.exists():
        message += "; it is not there any more"
    return Finding(name=NAME, ok=not is_old, message=message, remedy=remedy)


def room(services: Services) -> Finding:
    """Tell whether the next backup has room where the last one was written."""
    last = last_backup(services.settings.data_dir)
    if last is None or not last.file.parent.is_dir():
        return Finding(name=ROOM, ok=True, message="not known: none was written here")
    free, needed = shutil.disk_usage(last.file.parent).free, ROOM_FACTOR * last.size_bytes
    message = f"{free // 1024**2:,} MB free at {last.file.parent}, and {needed // 1024**2:,} wanted"
    remedy = "Keep fewer (`garland backup FOLDER --keep N`), or write them to another disk."
    return Finding(name=ROOM, ok=free >= needed, message=message, remedy=remedy)
