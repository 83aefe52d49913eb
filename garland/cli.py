"""The `garland` command.

Imports of Garland's own modules come late, inside the commands: `garland --help` answers at
once, and `garland up` stays small because the database and the web live in its children.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from garland.audit_cli import audit
from garland.backup_cli import backup, restore
from garland.block_cli import block
from garland.deletion_cli import tenant
from garland.flow_cli import flow
from garland.keys_cli import keys
from garland.market_cli import market
from garland.memory import loading
from garland.pack_cli import pack
from garland.release import version
from garland.rule_cli import rule
from garland.search_cli import search
from garland.table_cli import table
from garland.trust_cli import trust

if TYPE_CHECKING:
    from garland.settings import Settings

_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_PORT = click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Port to listen on.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version=version())
def main() -> None:
    """Garland: workflows and rules for telecom operations."""


main.add_command(audit)
main.add_command(backup)
main.add_command(restore)
main.add_command(block)
main.add_command(flow)
main.add_command(keys)
main.add_command(market)
main.add_command(pack)
main.add_command(rule)
main.add_command(search)
main.add_command(table)
main.add_command(tenant)
main.add_command(trust)


@main.command()
@click.option("--demo", is_flag=True, help="Fill an empty installation with an invented world.")
@_HOST
@_PORT
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Data folder.")
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="How many processes run workflows.",
)
def up(demo: bool, host: str, port: int, data: Path | None, workers: int) -> None:  # noqa: FBT001  click
    """Run everything on this machine until Ctrl-C."""
    if data is not None:
        os.environ["GARLAND_DATA_DIR"] = str(data)
    with _failures_told():
        from garland.up import Wanted, run_everything

        wanted = Wanted(host=host, port=port, workers=workers, demo=demo)
        sys.exit(run_everything(_settings(), wanted))


@main.command()
@_HOST
@_PORT
@click.option("--threads", type=click.IntRange(4, 512), help="Requests at a time; open pages too.")
def web(host: str, port: int, threads: int | None) -> None:
    """Serve pages, the REST API and the intake of alarms."""
    settings = started("web")
    with loading():
        from garland.web import serve

    serve(settings, host=host, port=port, threads=threads or settings.web_threads)


@main.command()
def correlator() -> None:
    """Take alarms from the journal through lifecycle and rules."""
    settings = started("correlator")
    with loading():
        from garland.correlator import main as run

    run(settings)


@main.command()
@click.option(
    "--group",
    "groups",
    multiple=True,
    default=("main",),
    show_default=True,
    help="Which steps to perform: main, or a group that blocks or steps name. Repeatable.",
)
def worker(groups: tuple[str, ...]) -> None:
    """Run workflows and their tasks."""
    settings = started("worker")
    with loading():
        from garland.worker import main as run

    run(settings, groups)


@main.command()
def scheduler() -> None:
    """Start what is due by the clock, and sweep up what was lost."""
    settings = started("scheduler")
    with loading():
        from garland.scheduler import main as run

    run(settings)


@main.command("backtest-next", hidden=True)
def backtest_next() -> None:
    """Do the backtest of a rule that waits for longest: the scheduler starts it."""
    settings = started("backtest")
    from garland.backtests import main as run

    run(settings)


@main.command("check-next", hidden=True)
def check_next() -> None:
    """Check the submitted release that waits for longest: the scheduler starts it."""
    settings = started("release checks")
    from garland.release_checks import main as run

    run(settings)


@main.command("shadow-next", hidden=True)
def shadow_next() -> None:
    """Try a version on what was recorded, for who waits for longest: the scheduler starts it."""
    settings = started("shadow run")
    from garland.shadow_runs import main as run

    run(settings)


@main.command("export-next", hidden=True)
def export_next() -> None:
    """Write the export of an organisation that waits for longest: the scheduler starts it."""
    settings = started("export")
    from garland.archives.process import main as run

    run(settings)


@main.command()
def listener() -> None:
    """Listen for SNMP traps and syslog, and to MQTT brokers."""
    settings = started("listener")
    with loading():
        from garland.listener import main as run

    run(settings)


@main.command()
def strays() -> None:
    """List what the listener got that no source takes, newest first."""
    settings = started("strays", level="WARNING")
    with _failures_told():
        from garland.listener import strays_text

        click.echo(strays_text(settings))


@main.command(hidden=True)
@click.option("--demo", is_flag=True)
def prepare(demo: bool) -> None:  # noqa: FBT001  click
    """Bring the database up to date, and make the demo world where asked: a step of `up`."""
    settings = started("setup")
    with _failures_told():
        with loading():
            from garland.database import upgrade

        upgrade(settings.database_url)
        from garland.trust import begin_trust

        begin_trust(settings)
        if demo:
            with loading():
                from garland.demo.seed import seed_demo

            seed_demo(settings)


@main.group()
def db() -> None:
    """Look after the database's schema."""


@db.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Migrate the database to REVISION (the newest by default)."""
    settings = started("db")
    with _failures_told():
        from garland.database import upgrade

        upgrade(settings.database_url, revision)
    click.echo("The database is up to date.")


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Take the database back to REVISION ("base" empties it: everything in it is lost)."""
    settings = started("db")
    with _failures_told():
        from garland.database import downgrade

        downgrade(settings.database_url, revision)
    click.echo(f"The database is at revision {revision}.")


@db.command("check")
def db_check() -> None:
    """Compare the models with the database's schema; exit 1 where they differ."""
    settings = started("db")
    with _failures_told():
        from garland.database import schema_differences

        differences = schema_differences(settings.database_url)
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.ClickException(
            "The schema differs from the models: run `garland db upgrade`, or write a migration.",
        )
    click.echo("The schema is what the models say.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:  # noqa: FBT001  click
    """Check this installation and say how to mend what is wrong; exit 1 if something is."""
    from garland.doctor import as_document, as_text, examine

    with _failures_told():
        findings = examine(_settings())
    click.echo(as_document(findings) if as_json else as_text(findings))
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


@main.command()
@click.argument("organisation")
@click.argument("limits", nargs=-1, metavar="[NAME=VALUE]...")
def limits(organisation: str, limits: tuple[str, ...]) -> None:
    """Show an organisation's limits, after setting those given; VALUE may be `usual`."""
    settings = started("limits", level="WARNING")
    with _failures_told():
        from garland.limits import set_limits

        click.echo(set_limits(settings, organisation=organisation, said=limits))


@main.group()
def token() -> None:
    """Make credentials for machines."""


@token.command("create")
@click.option("--organisation", required=True, metavar="SLUG", help="Whose token it is.")
@click.option("--role", required=True, help="What it may do, such as operator or admin.")
@click.option("--name", default="made on the command line", help="What it is for.")
def token_create(organisation: str, role: str, name: str) -> None:
    """Make an API token and print it, this once."""
    settings = started("token", level="WARNING")
    with _failures_told():
        from garland.tokens import make_token

        click.echo(make_token(settings, organisation=organisation, role=role, name=name))


def started(process: str, *, level: str | None = None) -> "Settings":
    """Read the settings and set up the log of one of Garland's processes."""
    settings = _settings()
    from garland.logs import set_up_logs

    set_up_logs(settings.log_format, process=process, level=level or settings.log_level.upper())
    return settings


def _settings() -> "Settings":
    """Read the settings, and tell a person what is wrong with them."""
    from pydantic import ValidationError

    from garland.privacy import hide_from_others
    from garland.settings import load_settings
    from kernel.errors import GarlandError

    hide_from_others()
    try:
        return load_settings()
    except ValidationError as error:
        told = [
            f"  {'.'.join(str(part) for part in problem['loc']).upper() or 'settings'}: "
            f"{problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        raise click.ClickException(
            "The settings (environment, GARLAND_…) cannot be used:\n" + "\n".join(told),
        ) from None
    except GarlandError as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(
            f"The data folder cannot be used ({error}): choose another with GARLAND_DATA_DIR.",
        ) from None


@contextmanager
def _failures_told() -> Iterator[None]:
    """Tell a person what Garland refused or could not do, without a traceback."""
    from kernel.errors import GarlandError

    try:
        yield
    except GarlandError as error:
        raise click.ClickException(error.message) from None
