"""The commands `garland trust …`: whom this installation believes, shown and changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from garland.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEY = click.option("--key", type=_FILE, help="The root's private key, where it lies elsewhere.")
_PASSPHRASE = click.option("--passphrase", is_flag=True, help="Ask for a passphrase of the key.")


@click.group()
def trust() -> None:
    """Say whom this installation trusts to publish blocks."""


@trust.command()
def show() -> None:
    """Show root, index, publishers and packages."""
    with _told() as settings:
        from garland.trust import show as told

        click.echo(told(settings))


@trust.command()
@_PASSPHRASE
def init(passphrase: bool) -> None:  # noqa: FBT001  click
    """Make a root of this installation's own, where there is none."""
    with _told() as settings:
        from garland.trust import init_trust

        click.echo(init_trust(settings, passphrase=_new_passphrase(asked=passphrase)))


@trust.command()
@_KEY
@_PASSPHRASE
def rotate(key: Path | None, passphrase: bool) -> None:  # noqa: FBT001  click
    """Let a new key stand for the root; the old one signs it, for the last time."""
    with _told() as settings:
        from garland.trust import rotate as rotated

        old = root_key(settings, key)
        click.echo(rotated(settings, old, passphrase=_new_passphrase(asked=passphrase)))


@trust.command()
@_KEY
def renew(key: Path | None) -> None:
    """Sign the index anew, so that it holds for another 90 days."""
    with _told() as settings:
        from blocks.packages.trusted import renew_index
        from garland.trust import change

        held = root_key(settings, key)
        change(settings, lambda session, now: renew_index(session, held, now=now))
        click.echo("The index was signed anew.")


@trust.group()
def publisher() -> None:
    """Look after publishers."""


@publisher.command("add")
@click.argument("name")
@click.argument("public", type=_FILE)
@_KEY
def publisher_add(name: str, public: Path, key: Path | None) -> None:
    """Believe the publisher NAME's key in the file PUBLIC (`.pub`)."""
    with _told() as settings:
        from blocks.packages.keys import read_public_file
        from blocks.packages.trusted import add_publisher
        from garland.trust import change

        held, added = root_key(settings, key), read_public_file(public)
        change(settings, lambda session, now: add_publisher(session, held, name, added, now=now))
        click.echo(f"{name} may sign packages with the key of {public.name}.")


@trust.command("list")
@click.argument("package", type=_FILE)
@click.option("--by", default="", help="Who offers it again and counter-signed it.")
@_KEY
def list_package(package: Path, by: str, key: Path | None) -> None:
    """Take the signed PACKAGE (`.gblk`) into the index."""
    with _told() as settings:
        from garland.trust import list_release

        digest = list_release(settings, root_key(settings, key), package, by=by)
        click.echo(f"The index lists {digest}.")


@trust.command()
@click.argument("what", metavar="KEY_ID|DIGEST")
@click.option("--reason", default="", help="Of a package: why, for those who have it installed.")
@click.option("--since", type=click.DateTime(), help="Of a key (UTC): from when; at once if left.")
@_KEY
def revoke(what: str, reason: str, since: datetime | None, key: Path | None) -> None:
    """Believe a publisher's key, or a package by its digest, no more."""
    with _told() as settings:
        from garland.trust import change

        held = root_key(settings, key)
        change(settings, _revoking(held, what, reason, since=since))
        click.echo(f"{what} is revoked.")


@trust.command("import")
@click.argument("files", nargs=-1, required=True, type=_FILE)
def import_files(files: tuple[Path, ...]) -> None:
    """Take roots and indexes from outside; each must be signed by whom is known already."""
    with _told() as settings:
        from garland.trust import take_in

        for line in take_in(settings, list(files)):
            click.echo(f"{line} was taken.")


@trust.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write root and index into FOLDER, for other installations."""
    with _told() as settings:
        from garland.trust import export as exported

        for file in exported(settings, folder):
            click.echo(str(file))


def _revoking(key: "Ed25519PrivateKey", what: str, reason: str, *, since: datetime | None) -> Any:
    from datetime import UTC

    from blocks.packages.trusted import revoke_key, revoke_package

    if what.startswith("sha256:"):
        if not reason:
            raise click.UsageError("Say why with --reason: those who have it installed read it.")
        return lambda session, now: revoke_package(session, key, what, reason=reason, now=now)
    at = since.replace(tzinfo=UTC) if since else None
    return lambda session, now: revoke_key(session, key, what, since=at or now, now=now)


def root_key(settings: "Settings", file: Path | None) -> "Ed25519PrivateKey":
    """Read the root's private key; ask for its passphrase only where it has one."""
    from blocks.packages.keys import KeyFileError, read_key_file
    from garland.trust import root_key_file

    where = file or root_key_file(settings)
    try:
        return read_key_file(where)
    except KeyFileError as error:
        if error.code != "key.passphrase":
            raise
    return read_key_file(where, passphrase=click.prompt("Passphrase", hide_input=True))


def _new_passphrase(*, asked: bool) -> str:
    if not asked:
        return ""
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True))


@contextmanager
def _told() -> "Iterator[Settings]":
    """Give the settings, and tell what was refused by its code and words."""
    from garland.cli import started
    from kernel.errors import GarlandError

    try:
        yield started("trust", level="WARNING")
    except GarlandError as error:
        raise click.ClickException(f"{error.message} ({error.code})") from None
