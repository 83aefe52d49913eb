"""The command `garland tenant`: organisations taken out to a file, brought in, compared."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from garland.services import Services
    from runtime.moving.manifest import Manifest

_GB = 2**30
_FILE = click.Path(path_type=Path, dir_okay=False)
_PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.File(encoding="utf-8"),
    help="Read the passphrase from the first line of a file, - for standard input.",
)


@click.group()
def tenant() -> None:
    """Move organisations between installations."""


@tenant.command("export")
@click.argument("slug")
@click.argument("file", type=_FILE)
@click.option("--with-secrets", is_flag=True, help="Take secrets along, sealed by a passphrase.")
@_PASSPHRASE_FILE
def export(slug: str, file: Path, with_secrets: bool, passphrase_file: IO[str] | None) -> None:  # noqa: FBT001  click
    """Write the organisation SLUG to a new FILE; nothing of it changes."""
    with ready() as (services, release):
        from garland.moving import export_to

        passphrase = _asked(passphrase_file, wanted=with_secrets, twice=True)
        manifest = export_to(
            services, slug, file, release=release, passphrase=passphrase, progress=_progress
        )
    click.echo(_summary(manifest))
    click.echo(f"Written to {file}, readable by you alone.")
    if not manifest.has_secrets:
        click.echo("Secrets stayed here: where it is brought in, they are to be entered anew.")


@tenant.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--slug", default="", help="Into this organisation; usually the one it had.")
@click.option("--under", default="", metavar="SLUG", help="Make it, under this organisation.")
@click.option("--with-secrets", is_flag=True, help="Open the secrets that came along.")
@click.option("--at-most-gb", default=50, show_default=True, type=click.IntRange(1, 10_000))
@_PASSPHRASE_FILE
def import_(
    file: Path,
    slug: str,
    under: str,
    with_secrets: bool,  # noqa: FBT001  click
    at_most_gb: int,
    passphrase_file: IO[str] | None,
) -> None:
    """Bring an organisation in from FILE: whole, or not at all. It stands suspended afterwards."""
    with ready() as (services, _):
        from garland.moving import import_from

        passphrase = _asked(passphrase_file, wanted=with_secrets, twice=False)
        one, manifest = import_from(
            services,
            file,
            slug=slug,
            under=under,
            passphrase=passphrase,
            unpacked_max=at_most_gb * _GB,
            progress=_progress,
        )
    click.echo(_summary(manifest))
    click.echo(f"{one.name} ({one.slug}) is here, the same by its digest, and suspended.")
    if not passphrase:
        for lost in manifest.anew:
            click.echo(f"  {lost.kind} {lost.name}: {lost.what}")
    click.echo("Invite its people, look it over, then make it active.")


@tenant.command("digest")
@click.argument("slug")
@click.option("--parts", is_flag=True, help="Of each table, too.")
def digest(slug: str, parts: bool) -> None:  # noqa: FBT001  click
    """Print the digest of an organisation: the same wherever nothing of it changed."""
    with ready() as (services, _):
        from garland.moving import digest_of

        found, tables = digest_of(services, slug)
    for name, rows, sha256 in tables if parts else ():
        click.echo(f"{sha256}  {rows:>9,}  {name}")
    click.echo(found)


@contextmanager
def ready() -> Iterator[tuple[Services, str]]:
    """Give the services and the release, and tell failures plainly."""
    from garland.cli import _failures_told, started
    from garland.release import version
    from garland.services import Services

    with _failures_told():
        services = Services(started("tenant", level="WARNING"))
        try:
            yield services, version()
        finally:
            services.engine.dispose()


def _asked(file: IO[str] | None, *, wanted: bool, twice: bool) -> str:
    if file is not None:
        return file.readline().rstrip("\r\n")
    if not wanted:
        return ""
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice))


def _progress(done: int, total: int) -> None:
    """Show how far it is, on a terminal alone."""
    if sys.stderr.isatty():
        ending = "\n" if done == total else ""
        click.echo(f"\r{done:>12,} of {total:,} rows{ending}", err=True, nl=False)


def _summary(manifest: Manifest) -> str:
    rows = sum(part.rows for part in manifest.rows.values())
    return f"{rows:,} rows, digest {manifest.digest}"
