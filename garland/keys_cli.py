"""The commands `garland keys …`: new keys for tenants' secrets, and the installation's renewed."""

from __future__ import annotations

import click


@click.group()
def keys() -> None:
    """Look after the keys that tenants' secrets are sealed by."""


@keys.command()
@click.option("--organisation", metavar="SLUG", help="Whose key.")
@click.option("--all", "everybody", is_flag=True, help="The keys of all organisations.")
def rotate(organisation: str | None, everybody: bool) -> None:  # noqa: FBT001  click
    """Give organisations a new key, and seal what they keep by it.

    Safe while Garland runs, and to be run again where it was stopped half way.
    """
    if everybody == (organisation is not None):
        raise click.UsageError("say --organisation SLUG or --all")
    from garland.keys import rotate_keys
    from garland.settings import load_settings
    from kernel.errors import GarlandError

    try:
        click.echo(rotate_keys(load_settings(), organisation=organisation))
    except GarlandError as error:
        raise click.ClickException(error.message) from None


@keys.command()
def rewrap() -> None:
    """Seal all organisations' keys by the newest of GARLAND_ENCRYPTION_KEYS.

    Also gives a key to secrets from before organisations had any. After that the older of
    GARLAND_ENCRYPTION_KEYS are needed no more, but for the copies of the database made before.
    """
    from garland.keys import rewrap_keys
    from garland.settings import load_settings
    from kernel.errors import GarlandError

    try:
        click.echo(rewrap_keys(load_settings()))
    except GarlandError as error:
        raise click.ClickException(error.message) from None
