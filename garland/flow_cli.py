"""The commands `garland flow check`, `run` and `convert`: a workflow from a file, in memory.

Nothing of an installation is needed, and nothing of one is touched but what the workflow's own
blocks call outside; `--mock` keeps them from that too.
"""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from garland.cli_files import AS_JSON, PATH, read_json_file, read_object, refuse_with

if TYPE_CHECKING:
    from runtime.rehearsal.services import FileServices
    from runtime.rehearsal.trace import Line, Rehearsed

SHOWN_MAX = 120
_FILE = click.argument("file", type=PATH)


@click.group()
def flow() -> None:
    """Check and run workflows from files; works without an installation."""


@flow.command("check")
@_FILE
@AS_JSON
def check(file: Path, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what keeps the workflow in FILE from being published; exit 1 if something does."""
    problems = _problems_of(read_json_file(file))
    errors = [one for one in problems if one["severity"] == "error"]
    if as_json:
        click.echo(json.dumps({"ok": not errors, "problems": problems}, indent=2))
    else:
        for one in problems:
            click.echo(f"{one['severity']}  {one['pointer'] or '/'}  {one['message']}")
        click.echo(f"{len(errors)} error(s), {len(problems) - len(errors)} warning(s)")
    sys.exit(1 if errors else 0)


@flow.command("run")
@_FILE
@click.option("--input", "data", metavar="JSON|@FILE", help="What it is started with by hand.")
@click.option("--trigger", metavar="JSON|@FILE", help="What expressions see as trigger.")
@click.option("--tables", metavar="JSON|@FILE", help='Look-up tables: {"name": {"key": {…}}}.')
@click.option(
    "--decisions", metavar="JSON|@FILE", help='Decision tables: {"name": {"table": 1, …}}.'
)
@click.option(
    "--inventory", type=PATH, multiple=True, help="The network: files as an import takes them."
)
@click.option("--mock", is_flag=True, help="Answer for blocks that reach out, by their examples.")
@click.option("--wait", is_flag=True, help="Wait where the workflow waits, instead of skipping.")
@AS_JSON
def run(  # noqa: PLR0913, PLR0917  each an option
    file: Path,
    data: str | None,
    trigger: str | None,
    tables: str | None,
    decisions: str | None,
    inventory: tuple[Path, ...],
    mock: bool,  # noqa: FBT001  click
    wait: bool,  # noqa: FBT001  click
    as_json: bool,  # noqa: FBT001  click
) -> None:
    """Run the workflow in FILE and print what each step did; exit 1 unless it succeeds."""
    document = read_json_file(file)
    errors = [one for one in _problems_of(document) if one["severity"] == "error"]
    if errors:
        listed = "\n".join(f"  {one['pointer']}  {one['message']}" for one in errors)
        raise click.ClickException(f"{file.name} cannot run yet:\n{listed}")
    trigger_id, started = _start_of(document, read_object("--trigger", trigger), data)
    services = _services(
        read_object("--tables", tables) or {},
        read_object("--decisions", decisions) or {},
        started.get("alarm", {}),
        [one.read_bytes() for one in inventory],
    )
    done = _play(document, (trigger_id, started), services, mock=mock, wait=wait)
    click.echo(json.dumps(asdict(done), indent=2, default=str) if as_json else _as_text(done))
    sys.exit(0 if done.state == "succeeded" else 1)


def _services(
    tables: dict[str, Any],
    decisions: dict[str, Any],
    alarm: dict[str, Any],
    network: list[bytes],
) -> "FileServices":
    from blocks.brokers.http import HttpBroker
    from blocks.brokers.mail import MailBroker
    from kernel.errors import InvalidError
    from runtime.rehearsal.inventory import FileInventory, read_network
    from runtime.rehearsal.services import FileServices
    from runtime.rules.tables.model import parse_table
    from runtime.runs.outside import Brokers

    try:
        parsed = {name: parse_table(one) for name, one in decisions.items()}
    except InvalidError as error:
        refuse_with("--decisions cannot be used", error)
    try:
        inventory = read_network(network) if network else FileInventory()
    except InvalidError as error:
        refuse_with("--inventory cannot be used", error)
    brokers = Brokers(http=HttpBroker(), mail=MailBroker())
    return FileServices(
        brokers=brokers, tables=tables, decisions=parsed, alarm=alarm, inventory=inventory
    )


def _play(
    document: dict[str, Any],
    start: tuple[str, dict[str, Any]],
    services: "FileServices",
    *,
    mock: bool,
    wait: bool,
) -> "Rehearsed":
    from blocks.registry import standard_registry
    from kernel.clock import utc_now
    from runtime.rehearsal.playing import Rehearsal

    trigger_id, trigger = start
    how = Rehearsal(
        registry=standard_registry(),
        services=services,
        mock=mock,
        sleep=time.sleep if wait else None,
    )
    return how.play(document, trigger, trigger_id, utc_now())


def _problems_of(document: Any) -> list[dict[str, Any]]:
    from blocks.registry import standard_registry
    from runtime.flows.validate import check_flow

    return [asdict(one) for one in check_flow(document, standard_registry())]


def _start_of(
    document: dict[str, Any], trigger: dict[str, Any] | None, data: str | None
) -> tuple[str, dict[str, Any]]:
    """Say which trigger starts it and what it brings: what was given, else a made-up alarm."""
    from designer.workflows.samples import SAMPLE_ALARM

    found = dict(trigger or {})
    if data is not None:
        found = {"kind": "manual", **found, "input": read_object("--input", data)}
    triggers = document["triggers"]
    kinds = {one["kind"]: id_ for id_, one in reversed(triggers.items())}
    kind = found.setdefault("kind", next(iter(triggers.values()))["kind"])
    if kind not in kinds:
        raise click.ClickException(f"no trigger of it is {kind}; there are: {', '.join(kinds)}.")
    if kind == "rule":
        found.setdefault("alarm", SAMPLE_ALARM)
    elif kind in ("manual", "flow"):
        found.setdefault("input", {})
        _require_input(document.get("input", {}), found["input"])
    return kinds[kind], found


def _require_input(schema: dict[str, Any], data: Any) -> None:
    from kernel.schema import Schema

    problems = Schema(schema).problems(data) if schema else []
    if problems:
        listed = "; ".join(one.message for one in problems)
        raise click.ClickException(f"the input does not fit (give it with --input): {listed}")


def _as_text(done: "Rehearsed") -> str:
    lines = [text for line in done.trace for text in _line_as_text(line)]
    skipped = f", {done.skipped_s:,.0f} s of waiting skipped" if done.skipped_s else ""
    lines.append(f"{done.state} after {len(done.trace)} step(s){skipped}")
    if done.error:
        where = f" at {done.error['step']}" if done.error.get("step") else ""
        lines.append(f"error{where}: {done.error.get('message', '')}")
    if done.output is not None:
        lines.append(f"output: {_short(done.output)}")
    return "\n".join(lines)


def _line_as_text(line: "Line") -> list[str]:
    attempt = f" (attempt {line.attempt})" if line.attempt > 1 else ""
    left = f"{line.how:7}{line.step}{attempt}"
    out = _short(line.output) if line.output is not None else ""
    error = (line.error or {}).get("message", "")
    block = line.block.removeprefix("garland.").partition("@")[0]
    head = f"{left:30} {block:18} {line.port:10} {out or error}".rstrip()
    return [head, *(f"       {note}" for note in line.notes)]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 1] + "…"


@flow.command("convert")
@_FILE
@click.option(
    "--to", "form", type=click.Choice(["json", "bpmn", "svg"]), required=True, help="As what."
)
@click.option("--dark", is_flag=True, help="Draw a picture for dark grounds.")
def convert(file: Path, form: str, dark: bool) -> None:  # noqa: FBT001  click
    """Print the workflow in FILE (JSON or BPMN 2.0) as stable JSON, BPMN 2.0 or a picture.

    What could not be taken is told on standard error.
    """
    from blocks.registry import standard_registry
    from kernel.errors import InvalidError
    from runtime.flows.bpmn.writing import write_bpmn
    from runtime.flows.drawn import picture_of
    from runtime.flows.exchange.envelope import write_envelope
    from runtime.flows.exchange.files import read_file

    registry = standard_registry()
    try:
        found = read_file(file.read_bytes(), name=file.name)
    except InvalidError as error:
        refuse_with(f"{file.name} cannot be taken", error)
    if len(found) > 1 and form != "json":
        raise click.ClickException(f"{file.name} has {len(found)} workflows: convert it to json.")
    for one in found:
        for note in one.notes:
            click.echo(f"{one.slug}: {note}", err=True)
    if form == "json":
        documents = {one.slug: one.document for one in found}
        tables = {told: name for one in found for told, name in one.tables.items()}
        click.echo(write_envelope(documents, registry, tables), nl=False)
    elif form == "bpmn":
        click.echo(write_bpmn(found[0].document, registry, slug=found[0].slug), nl=False)
    else:
        picture = picture_of(found[0].document, registry, "dark" if dark else "light")
        click.echo(picture, nl=False)
