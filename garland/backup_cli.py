"""The commands `garland backup` and `garland restore`: see `docs/backup.md`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from garland.backup.manifest import Manifest
    from garland.settings import Settings

_PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file whose first line seals the keys; else GARLAND_BACKUP_PASSPHRASE does.",
)
_KEYS_LEFT_OUT = """\
THE KEYS ARE NOT IN THIS BACKUP. Without the files secret-key and encryption-keys of the data folder
(or GARLAND_SECRET_KEY and GARLAND_ENCRYPTION_KEYS) no stored secret opens after a restore: keep
them elsewhere, or seal them into the backup with --passphrase-file."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), help="Of the folder FILE, keep the newest N.")
@click.option("--verify", is_flag=True, help="Make none: check every digest of the backup FILE.")
@_PASSPHRASE
def backup(file: Path, keep: int | None, verify: bool, passphrase_file: Path | None) -> None:  # noqa: FBT001  click
    """Write everything to FILE while Garland runs, or into the folder FILE under a name by time."""
    settings = _started("backup")
    with _failures_told():
        if verify:
            click.echo(_told(_verified(file)))
            return
        from garland.backup.making import make_backup
        from garland.backup.telling import note_backup
        from garland.services import Services
        from kernel.clock import utc_now

        passphrase = _passphrase(settings, passphrase_file)
        note_backup(Services(settings), file=file.name, has_keys=bool(passphrase))
        made = make_backup(settings, file, passphrase=passphrase, now=utc_now(), keep=keep)
    click.echo(f"{made.file}: {made.size_bytes:,} bytes")
    click.echo(_told(made.manifest))
    for gone in made.gone:
        click.echo(f"removed the older {gone}")
    if not made.manifest.has_keys:
        click.secho(_KEYS_LEFT_OUT, fg="red", bold=True, err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Let go of all that is here now.")
@click.option(
    "--without-keys", is_flag=True, help="Restore though stored secrets cannot be opened."
)
@click.option(
    "--keys-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Restore nothing: write the keys to this file, as settings.",
)
@_PASSPHRASE
def restore(
    file: Path,
    replace: bool,  # noqa: FBT001  click
    without_keys: bool,  # noqa: FBT001  click
    keys_to: Path | None,
    passphrase_file: Path | None,
) -> None:
    """Make this installation what the backup FILE holds: all of it or nothing."""
    settings = _started("restore")
    passphrase = _passphrase(settings, passphrase_file)
    with _failures_told():
        from garland.backup.restoring import Wanted, write_keys
        from garland.backup.restoring import restore as put_back

        if keys_to is not None:
            with _scratch() as folder:
                write_keys(file, passphrase, keys_to, folder)
            click.echo(f"The keys are in {keys_to}.")
            return
        wanted = Wanted(passphrase=passphrase, replaces=replace, without_keys=without_keys)
        manifest = put_back(settings, file, wanted)
        _bring_up_to_date(manifest)
    click.echo(f"Restored: {_told(manifest)}")
    click.echo("Start Garland with `garland up`, or its processes.")


def _bring_up_to_date(manifest: Manifest) -> None:
    """Migrate what an older release backed up, with the keys as they are now."""
    from garland.backup.telling import note_restore
    from garland.database import upgrade
    from garland.services import Services
    from garland.settings import load_settings

    settings = load_settings()
    upgrade(settings.database_url)
    note_restore(Services(settings), manifest)


def _started(process: str) -> Settings:
    from garland.cli import started  # the other way round it is imported there

    return started(process, level="WARNING")


@contextmanager
def _failures_told() -> Iterator[None]:
    from kernel.errors import GarlandError

    try:
        yield
    except GarlandError as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or 'The disk'}: {error.strerror}.") from None


def _verified(file: Path) -> Manifest:
    from garland.backup.restoring import verify

    with _scratch() as folder:
        return verify(file, folder)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="garland-verify-") as folder:
        yield Path(folder)


def _passphrase(settings: Settings, file: Path | None) -> str:
    if file is None:
        return settings.backup_passphrase
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise click.ClickException(f"{file} is empty: its first line is the passphrase.")
    return lines[0].strip()


def _told(manifest: Manifest) -> str:
    size = sum(part.size_bytes for part in manifest.parts)
    with_keys = "with its keys, sealed" if manifest.has_keys else "without its keys"
    return (
        f"whole: {manifest.database} of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"{len(manifest.parts)} parts, {size:,} bytes, {with_keys}; "
        f"Garland {manifest.version} at migration {manifest.head}"
    )
