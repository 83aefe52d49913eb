"""The commands `garland rule check`, `simulate` and `backtest`: rules and tables from files.

Nothing of an installation is needed and nothing is done: what would be is printed.
"""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from garland.cli_files import (
    AS_JSON,
    PATH,
    read_json_bytes,
    read_json_file,
    read_rule_file,
    refuse_with,
    tell_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.alarms.journal import JournalRow
    from runtime.rules.backtest.report import Report, Tally
    from runtime.rules.backtest.simulating import Simulation, Step
    from runtime.rules.judging.ruleset import JudgedRule

SHOWN_MAX = 50
_RULE = click.option(
    "--rule", "rule_file", type=PATH, required=True, help="The document of a rule or table."
)
_ALARMS = click.option(
    "--alarms",
    "alarms_file",
    type=PATH,
    required=True,
    help="Alarm events: a JSON list, or one to a line.",
)
_AFTER = click.option(
    "--after",
    "after_s",
    type=click.IntRange(0, 8 * 86_400),
    default=0,
    help="Seconds that time goes on after the last event, for rules that wait.",
)


@click.group()
def rule() -> None:
    """Check rules and try them on alarms from files; works without an installation."""


@rule.command("check")
@_RULE
@AS_JSON
def check(rule_file: Path, as_json: bool) -> None:  # noqa: FBT001  click
    """Say what keeps the rule or table from being published; exit 1 if something does."""
    from runtime.rules.model import check_rule
    from runtime.rules.tables.analysis import publishing_problems
    from runtime.rules.tables.model import check_table, is_table

    document = read_rule_file(rule_file)
    if is_table(document):
        problems = check_table(document) or publishing_problems(document)
    else:
        problems = check_rule(document)
    tell_problems([asdict(one) for one in problems], as_json=as_json)


@rule.command("simulate")
@_RULE
@_ALARMS
@_AFTER
@AS_JSON
def simulate(rule_file: Path, alarms_file: Path, after_s: int, as_json: bool) -> None:  # noqa: FBT001  click
    """Try the rule on each event, and print what matched and what fired."""
    from runtime.rules.backtest.simulating import simulate as play

    rows = _alarms(alarms_file)
    until = rows[-1].received_at + timedelta(seconds=after_s, microseconds=1)
    done = play(_judged(rule_file, 1), rows, until=until)
    click.echo(json.dumps(asdict(done), indent=2, default=str) if as_json else _told(done))


@rule.command("backtest")
@_RULE
@_ALARMS
@click.option("--against", type=PATH, help="Another version of the rule, to compare with.")
@_AFTER
@AS_JSON
def backtest(
    rule_file: Path,
    alarms_file: Path,
    against: Path | None,
    after_s: int,
    as_json: bool,  # noqa: FBT001  click
) -> None:
    """Judge all events by the rule, and print how often it fired and what it would have done."""
    from runtime.alarms.past import one_by_one
    from runtime.alarms.past_alarms import PastAlarms
    from runtime.rules.around import paths_named
    from runtime.rules.backtest.given import NOBODY
    from runtime.rules.backtest.playing import Judging, play
    from runtime.rules.backtest.world import World

    rows = _alarms(alarms_file)
    until = rows[-1].received_at + timedelta(seconds=after_s, microseconds=1)
    live = _judged(against, 2) if against is not None else None
    judging = Judging(draft=_judged(rule_file, 1), live=live)
    report = play(one_by_one(rows), World(PastAlarms(NOBODY)), judging, until=until)
    rules = [one for one in (judging.draft, judging.live) if one is not None]
    unknown = sorted(paths_named((one.rule, one.table) for one in rules))
    if as_json:
        found = {**_as_json(report), "not_known": unknown}
        click.echo(json.dumps(found, indent=2, default=str))
    else:
        click.echo("\n".join([_summed(report), *_not_known(unknown)]))


def _judged(file: Path, number: int) -> "JudgedRule":
    from kernel.errors import InvalidError
    from runtime.rules.judging.ruleset import judged_rule
    from runtime.rules.model import Mode

    id_ = UUID(int=number)
    try:
        return judged_rule(id_, id_, Mode.LIVE, read_rule_file(file))
    except InvalidError as error:
        refuse_with(f"{file.name} cannot be judged yet", error)


def _alarms(file: Path) -> "list[JournalRow]":
    from kernel.errors import InvalidError
    from runtime.rules.backtest.given import rows_of

    try:
        return rows_of(_read_alarms(file))
    except InvalidError as error:
        refuse_with(f"{file.name} cannot be played", error)


def _read_alarms(file: Path) -> Any:
    """Read one JSON document, or one to a line as journals are written."""
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    if len(lines) > 1 and all(line.strip().startswith(b"{") for line in lines):
        return [
            read_json_bytes(line, f"{file.name}, line {at}")
            for at, line in enumerate(lines, start=1)
        ]
    return read_json_file(file)


def _told(done: "Simulation") -> str:
    """Tell of each event; what a file knows nothing of counted as missing, and that is said."""
    fired = {one.index for one in done.firings}
    lines = [_step_line(one, has_fired=one.index in fired) for one in done.steps]
    matched = sum(one.is_match for one in done.steps)
    lines.append(
        f"{len(done.steps)} event(s), {matched} matched, fired {len(done.firings)} time(s)"
    )
    lines += _not_known(done.not_known)
    return "\n".join(lines)


def _not_known(paths: "Iterable[str]") -> list[str]:
    """Say which fields nobody could look up: a file has neither network nor planned work."""
    named = ", ".join(paths)
    remedy = "try it on the rule's page or over REST, where the organisation's own are looked up"
    return [f"counted as missing, as a file has nothing round its alarms: {named}; {remedy}"] * (
        named != ""
    )


def _step_line(step: "Step", *, has_fired: bool) -> str:
    name = (step.alarm or {}).get("managed_object", "")
    marks = f"{'fired' if has_fired else '':6}{'match' if step.is_match else '':6}"
    return f"{step.index:>5}  {step.happened:9} {marks} {name}".rstrip()


def _summed(report: "Report") -> str:
    from runtime.rules.explain import sentences

    lines = [
        f"{one.at:%Y-%m-%d %H:%M:%S}  {one.alarm.get('managed_object', '')}: "
        + "; ".join(sentences(one.why))
        for one in report.draft.firings[:SHOWN_MAX]
    ]
    if report.draft.fired > SHOWN_MAX:
        lines.append(f"and {report.draft.fired - SHOWN_MAX} more")
    lines.append(f"{report.events} event(s), {report.alarms} alarm(s); {_would(report.draft)}")
    if report.live is not None:
        lines.append(f"the other version: {_would(report.live)}")
        lines.append(
            f"{len(report.only_draft)} firing(s) are new, {len(report.only_live)} would be gone"
        )
    return "\n".join(lines)


def _would(tally: "Tally") -> str:
    found = [f"fired {tally.fired} time(s)"]
    if tally.hidden:
        found.append(f"hid {len(tally.hidden)} alarm(s)")
    found += [f"started {slug} {times} time(s)" for slug, times in sorted(tally.started.items())]
    if tally.left_out:
        found.append(f"left {tally.left_out} event(s) out for want of room")
    return ", ".join(found)


def _as_json(report: "Report") -> dict[str, Any]:
    found = asdict(report)
    for name in ("draft", "live"):
        if found[name] is not None:
            for inner in ("places", "changing", "recorded"):
                del found[name][inner]
            found[name]["hidden"] = sorted(found[name]["hidden"])
    found["only_draft"] = sorted(report.only_draft)
    found["only_live"] = sorted(report.only_live)
    return found
