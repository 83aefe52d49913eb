"""The commands of `garland tenant` that delete a closed organisation, and hold certificates."""

from __future__ import annotations

from pathlib import Path

import click

from garland.tenant_cli import ready, tenant

__all__ = ["tenant"]
"""The group, with these commands in it."""


@tenant.command("delete")
@click.argument("slug")
@click.option("--reason", prompt="Why", help="It stands on the certificate.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 365))
def delete(slug: str, reason: str, days: int) -> None:
    """Have the closed organisation SLUG deleted for good, after some days."""
    with ready() as (services, _):
        from garland.deletions import commands
        from runtime.deleting.model import Wish

        one = commands.named(services, slug)
        typed = str(click.prompt(f"This deletes all of {one.name} ({one.kind}). Write its name"))
        made = commands.ask(services, one, Wish(name=typed, reason=reason, days=days))
    click.echo(f"{one.name} will be deleted from {made.due_at:%Y-%m-%d %H:%M} UTC on.")
    click.echo(f"Until then: garland tenant keep {slug}")


@tenant.command("keep")
@click.argument("slug")
def keep(slug: str) -> None:
    """Call the deletion of SLUG off, before it begins."""
    with ready() as (services, _):
        from garland.deletions import commands

        name = commands.call_off(services, slug)
    click.echo(f"{name} stays, closed.")


@tenant.command("deletions")
def deletions() -> None:
    """List what is to be deleted and what was, with the digests of the certificates."""
    with ready() as (services, _):
        from garland.deletions import commands

        found = commands.list_all(services)
    for one in found:
        at = one.finished_at or one.cancelled_at or one.due_at
        stage = one.stage.value.replace("_", " ")
        click.echo(f"{stage:<10} {at:%Y-%m-%d %H:%M} {one.slug:<30} {one.digest or one.problem}")
    if not found:
        click.echo("Nothing was deleted, and nothing is to be.")


@tenant.command("check-certificate")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check_certificate(file: Path) -> None:
    """Hold a certificate's FILE against its digest, this installation and its audit."""
    with ready() as (services, _):
        from garland.deletions import commands

        said = commands.check_file(services, file.read_text(encoding="utf-8"))
    click.echo(said)
