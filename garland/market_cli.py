"""The command `garland market`: the marketplace taken out to a folder, and brought in from one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from garland.services import Services

LINES_MAX = 50
_CHECK = click.option("--check", is_flag=True, help="Say what would be done, and do nothing.")


@click.group()
def market() -> None:
    """Bring the marketplace to an installation without a network, and releases back."""


@market.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--own", is_flag=True, help="Only releases of publishers here, to hand them in.")
@click.option("--name", default="", help="What this installation calls itself in it.")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The root's private key, where it lies elsewhere.",
)
@_CHECK
def export(folder: Path, own: bool, name: str, key: Path | None, check: bool) -> None:  # noqa: FBT001  click
    """Write the marketplace into FOLDER; again into the same one writes what is new alone."""
    with _told() as services:
        from garland.market import export_to
        from garland.trust_cli import root_key

        held = root_key(services.settings, key)
        done = export_to(
            services, folder, held, own=own, name=name, check=check, progress=_progress
        )
    what = f"{done.files:,} files, {done.size_bytes:,} bytes"
    if check:
        click.echo(f"It would hold {what}; {done.written:,} of them would be written.")
        return
    click.echo(f"{folder} holds {what}; {done.written:,} were written, {done.gone:,} removed.")
    click.echo(f"Serial {done.serial}. The root's fingerprint is {done.fingerprint}.")


@market.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--trust", default="", metavar="FINGERPRINT", help="Believe this root, the first time."
)
@click.option(
    "--for", "for_", default="", metavar="SLUG", help="Hand releases in for this organisation."
)
@_CHECK
def import_(folder: Path, trust: str, for_: str, check: bool) -> None:  # noqa: FBT001  click
    """Mirror the marketplace in FOLDER: whole, or not at all."""
    with _told() as services:
        from garland.market import import_from

        done = import_from(
            services, folder, trust=trust, for_=for_, check=check, progress=_progress
        )
    click.echo(f"From {done.source}, serial {done.serial}: {done.listings:,} listings.")
    for line in done.lines[:LINES_MAX]:
        click.echo(f"  {line}")
    if len(done.lines) > LINES_MAX:
        click.echo(f"  and {len(done.lines) - LINES_MAX:,} more")
    if not done.lines:
        click.echo("  nothing is new")
    for line in done.not_done:
        click.echo(f"Not done: {line}", err=True)
    click.echo("Nothing was changed." if check else "It is here.")


@contextmanager
def _told() -> Iterator[Services]:
    """Give the services, and tell what was refused by its code, its words and what to do."""
    from garland.cli import started
    from garland.services import Services
    from kernel.errors import GarlandError

    services = Services(started("market", level="WARNING"))
    try:
        yield services
    except GarlandError as error:
        from garland.market import remedy_for

        told = " ".join(one for one in (error.message, remedy_for(error)) if one)
        raise click.ClickException(f"{told} ({error.code})") from None
    finally:
        services.engine.dispose()


def _progress(done: int, total: int) -> None:
    """Show how far it is, on a terminal alone."""
    if sys.stderr.isatty():
        ending = "\n" if done == total else ""
        click.echo(f"\r{done:>9,} of {total:,}{ending}", err=True, nl=False)
