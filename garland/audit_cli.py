"""The command `garland audit`: whether what was noted is as it was written."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tenancy.audit.verdicts import Verdict


@click.group()
def audit() -> None:
    """Look after the audits of all organisations."""


@audit.command("verify")
@click.option("--organisation", default="", metavar="SLUG", help="Of this one alone.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each.")
def verify(organisation: str, as_json: bool) -> None:  # noqa: FBT001  click
    """Read every chain of entries; exit 1 where one is broken, naming its first break."""
    from garland.services import Services
    from garland.settings import load_settings
    from kernel.errors import NotFoundError
    from tenancy.audit.verdicts import verdicts

    services, broken, count = Services(load_settings()), 0, 0
    try:
        for one in verdicts(services.reading, organisation):
            count, broken = count + 1, broken + (one.found is not None)
            click.echo(json.dumps(_document(one)) if as_json else _told(one))
    except NotFoundError as error:
        raise click.ClickException(error.message) from None
    finally:
        services.engine.dispose()
    if not as_json:
        click.echo(f"{broken} of {count} broken." if broken else f"All {count} are whole.")
    sys.exit(1 if broken else 0)


def _document(one: Verdict) -> dict[str, Any]:
    return {
        "organisation": one.slug,
        "whole": one.found is None,
        "kept_from": one.chain.kept_from,
        "last": one.chain.last,
        "broken_at": one.found.number if one.found is not None else None,
        "why": one.found.why if one.found is not None else "",
    }


def _told(one: Verdict) -> str:
    if one.found is not None:
        return f"BROKEN  {one.slug}: {one.found.why}"
    if one.chain.kept <= 0:
        return f"whole   {one.slug}: nothing is noted"
    return f"whole   {one.slug}: entries {one.chain.kept_from:,} to {one.chain.last:,}"
