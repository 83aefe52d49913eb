"""Restoring a backup: everything it holds, or nothing.

First everything is unpacked beside and looked at: format, digests, keys, the database itself.
Nothing of the installation is touched until all of it is right; `garland.backup.settling` says
how it is decided then.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from garland.backup import _postgresql, _sqlite, keys, settling
from garland.backup.archive import read_archive
from garland.backup.manifest import KEYS_PART, PACKS, BackupError, Manifest
from garland.data_folder import hold_data_folder
from garland.database import known_revisions
from garland.redis_server import record_file
from garland.settings import ENCRYPTION_KEY_FILE, Settings
from kernel.errors import ConflictError

_UNPACKED = "unpacked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants of a restore.

    Attributes:
        passphrase: Opens the keys in it; "" where the keys are here already.
        replaces: Whether what is there goes for it.
        without_keys: Whether it is done though the keys are missing: no stored secret opens then.
    """

    passphrase: str = ""
    replaces: bool = False
    without_keys: bool = False


def verify(file: Path, folder: Path) -> Manifest:
    """Check every digest of a backup and that its database can be read; change nothing.

    Args:
        file: The backup.
        folder: An empty folder, for what is unpacked meanwhile.

    Raises:
        BackupError: if anything is wrong with it.
    """
    manifest = read_archive(file, into=folder)
    _check_database(manifest, folder)
    return manifest


def restore(settings: Settings, file: Path, wanted: Wanted) -> Manifest:
    """Make the installation what it was when the backup was made; give what was restored.

    Raises:
        BackupError: if the backup is not right for this installation, or not right at all.
        ConflictError: if Garland runs here, or there is something here already.
    """
    with (
        hold_data_folder(settings.data_dir, purpose="restoring a backup"),
        settling.restoring(settings.data_dir),
    ):
        _refuse_unless_free(settings, wanted)
        folder = settling.folder_of(settings.data_dir)
        folder.mkdir(mode=0o700)
        database = settling.embedded_file(settings.database_url)
        laid = settling.beside(database) if database is not None else None
        try:
            manifest = verify(file, folder / _UNPACKED)
            _refuse_unfit(settings, manifest)
            files = _keys(settings, manifest, folder, wanted)
            moves = _moves(settings, folder, files)
            drops = _drops(settings, folder, wanted)
            if laid is not None:
                _lay_beside(folder / _UNPACKED / manifest.database_part, laid)
        except BaseException:
            settling.drop(settings.data_dir, beside=laid)
            raise
        _carry_out(settings, manifest, moves, drops)
    return manifest


def _carry_out(
    settings: Settings, manifest: Manifest, moves: dict[str, str], drops: list[str]
) -> None:
    """Decide, and do it: what comes after the decision is done by whoever starts next, if need be.

    The id of this one is the backup's and the plan's: the same backup restored twice differs.
    """
    data_dir = settings.data_dir
    if settings.is_embedded:
        settling.decide(data_dir, moves=moves, drops=drops)
    else:
        mark = f"{manifest.id} at {settling.folder_of(data_dir).stat().st_mtime_ns}"
        settling.decide(data_dir, moves=moves, drops=drops, awaits=mark)
        dumped = settling.folder_of(data_dir) / _UNPACKED / manifest.database_part
        try:
            _postgresql.restore(settings.database_url, dumped, mark)
        except BackupError:
            settling.drop(data_dir)
            raise
    settling.carry_out(data_dir)


def _refuse_unless_free(settings: Settings, wanted: Wanted) -> None:
    database = settling.embedded_file(settings.database_url)
    if database is None:
        is_used = bool(number := _postgresql.others(settings.database_url))
        holds, told = _postgresql.has_content(settings.database_url), f"{number} connections"
    else:
        is_used, holds = _sqlite.is_in_use(database), _sqlite.has_content(database)
        told = "another process"
    if is_used:
        raise ConflictError(f"The database is in use ({told}): stop all of Garland first.")
    if holds and not wanted.replaces:
        raise ConflictError(
            "There are organisations here already, and all of them would be lost. Back them up, "
            "then say --replace; or restore into another data folder or database."
        )


def _refuse_unfit(settings: Settings, manifest: Manifest) -> None:
    here = "sqlite" if settings.is_embedded else "postgresql"
    if manifest.database != here:
        raise BackupError(
            f"The backup is of {manifest.database}, and this installation is on {here}: "
            "GARLAND_DATABASE_URL has to name a database of the same kind."
        )
    if manifest.head not in known_revisions():
        raise BackupError(
            f"The backup was made by a newer release ({manifest.version}, migration "
            f"{manifest.head}): restore it with that one."
        )


def _check_database(manifest: Manifest, folder: Path) -> None:
    part = folder / manifest.database_part
    if manifest.database == "postgresql":
        _postgresql.check(part)
    elif _sqlite.check(part) != manifest.head:
        raise BackupError("The backup's database is at another migration than its list says.")


def _keys(settings: Settings, manifest: Manifest, folder: Path, wanted: Wanted) -> dict[str, bytes]:
    """Give the secret files to restore; refuse where stored secrets could not be opened."""
    files: dict[str, bytes] = {}
    if manifest.has_keys and wanted.passphrase:
        content = (folder / _UNPACKED / KEYS_PART).read_bytes()
        files = keys.unseal(content, passphrase=wanted.passphrase, backup_id=manifest.id)
    fixed = Settings().encryption_keys  # of the environment: a file would not be looked at
    if settings.is_embedded and files and not fixed:
        return files
    own = {keys.print_of(one) for one in settings.encryption_key_list}
    if not own.issuperset(manifest.key_prints) and not wanted.without_keys:
        raise BackupError(_keys_remedy(manifest, opened=bool(files), is_fixed=bool(fixed)))
    given = (keys.SECRET_KEY, keys.ENCRYPTION_KEYS)  # by the environment
    return {name: content for name, content in files.items() if name not in given}


def _keys_remedy(manifest: Manifest, *, opened: bool, is_fixed: bool) -> str:
    told = "The encryption keys here are not those of the backup: stored secrets would not open. "
    if opened and is_fixed:
        return told + (
            "Set GARLAND_ENCRYPTION_KEYS and GARLAND_SECRET_KEY to those of the backup "
            "(`garland restore FILE --keys-to OUT` writes them), or say --without-keys."
        )
    if manifest.has_keys:
        return told + "Give the passphrase they are sealed with, or say --without-keys."
    return told + (
        f"They were left out of the backup: put back the file {ENCRYPTION_KEY_FILE} or set "
        "GARLAND_ENCRYPTION_KEYS, or say --without-keys."
    )


def _moves(settings: Settings, folder: Path, secrets: dict[str, bytes]) -> dict[str, str]:
    """Say what is moved where."""
    moves: dict[str, str] = {}
    database = settling.embedded_file(settings.database_url)
    if database is not None:
        moves[str(settling.beside(database))] = str(database)
    for name, content in secrets.items():
        laid = folder / "secrets" / name
        laid.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        laid.touch(mode=0o600)
        laid.write_bytes(content)
        moves[str(laid)] = str(settings.data_dir / name)
    packs = folder / _UNPACKED / PACKS
    if packs.is_dir() and settings.packs_dir is None:
        moves[str(packs)] = str(settings.packs_folder)
    return moves


def _drops(settings: Settings, folder: Path, wanted: Wanted) -> list[str]:
    """Say what goes: above all the log of the old database, which SQLite would read into this."""
    drops: list[str] = []
    database = settling.embedded_file(settings.database_url)
    if database is not None:
        drops += [f"{database}{ending}" for ending in _sqlite.BESIDE]
    if not settings.redis_url:
        drops.append(str(record_file(settings.data_dir)))
    has_packs = (folder / _UNPACKED / PACKS).is_dir()
    if wanted.replaces and settings.packs_dir is None and not has_packs:
        drops.append(str(settings.packs_folder))
    return drops


def _lay_beside(unpacked: Path, laid: Path) -> None:
    """Lay the database where one rename puts it in place, also on another file system."""
    settling.carry(unpacked, laid)


def write_keys(file: Path, passphrase: str, target: Path, folder: Path) -> None:
    """Write the keys of a backup as settings, readable by their owner alone.

    Raises:
        BackupError: if there are none in it, or the passphrase is another.
    """
    manifest = verify(file, folder)
    if not manifest.has_keys:
        raise BackupError("The keys were left out of this backup.")
    content = (folder / KEYS_PART).read_bytes()
    found = keys.unseal(content, passphrase=passphrase, backup_id=manifest.id)
    target.touch(mode=0o600, exist_ok=False)
    lines = {
        "GARLAND_SECRET_KEY": found[keys.SECRET_KEY],
        "GARLAND_ENCRYPTION_KEYS": found[keys.ENCRYPTION_KEYS],
    }
    target.write_text("".join(f"{name}={value.decode()}\n" for name, value in lines.items()))
