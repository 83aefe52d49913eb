"""`garland doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from blocks.brokers.ssh import is_installed
from blocks.sandbox.groups import read_groups
from blocks.sandbox.trial import find_level
from garland.database import pending_revisions
from garland.keys import keys
from garland.operations import at_work, backups, listening
from garland.operations.finding import Finding
from garland.operations.walls import row_security
from garland.services import Services
from garland.settings import Settings
from kernel.errors import GarlandError, UnavailableError
from runtime.rules.conditions import ALWAYS
from runtime.rules.matcher import Matcher
from runtime.rules.plan import compile_rules

CLOCK_SKEW_MOST_S = 5.0
DISK_LEAST_BYTES = 500 * 1024**2


def examine(settings: Settings) -> list[Finding]:
    """Examine what Garland stands on, the rule matcher, who is at work, and the listener."""
    services = Services(settings)
    checks: list[Callable[[Services], Finding]] = [
        _database,
        _migrations,
        row_security,
        keys,
        _redis,
        _clock,
        _disk,
        backups.age,
        backups.room,
        _matcher,
        _packs,
        _sandbox,
        _devices,
        at_work.lag,
        at_work.leaders,
        at_work.workers,
        listening.listener,
        listening.ports,
        listening.losses,
        listening.buffer,
    ]
    try:
        return [check(services) for check in checks]
    finally:
        services.engine.dispose()
        services.redis.close()


def as_text(findings: list[Finding]) -> str:
    """Write the findings for a person."""
    lines = []
    for one in findings:
        lines.append(f"{'ok     ' if one.ok else 'WRONG  '}{one.name}: {one.message}")
        if not one.ok:
            lines.append(f"       {one.remedy}")
    return "\n".join(lines)


def as_document(findings: list[Finding]) -> str:
    """Write the findings as JSON."""
    return json.dumps([asdict(one) for one in findings], indent=2)


def _database(services: Services) -> Finding:
    name = "database"
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        remedy = "Start the server, or correct GARLAND_DATABASE_URL."
        return Finding(name=name, ok=False, message=type(error).__name__, remedy=remedy)
    return Finding(name=name, ok=True, message=services.engine.dialect.name)


def _migrations(services: Services) -> Finding:
    name = "migrations"
    try:
        pending = pending_revisions(services.settings.database_url)
    except UnavailableError as error:
        remedy = "First mend the database."
        return Finding(name=name, ok=False, message=error.message, remedy=remedy)
    except GarlandError as error:
        remedy = "Run the release that made this database, or a newer one."
        return Finding(name=name, ok=False, message=error.message, remedy=remedy)
    if pending:
        message = f"{len(pending)} not applied"
        return Finding(name=name, ok=False, message=message, remedy="Run `garland db upgrade`.")
    return Finding(name=name, ok=True, message="all applied")


def _redis(services: Services) -> Finding:
    name = "Redis"
    try:
        services.redis.ping()
    except RedisError as error:
        remedy = "It runs with `garland up`; an outside one is named by GARLAND_REDIS_URL."
        return Finding(name=name, ok=False, message=str(error), remedy=remedy)
    return Finding(name=name, ok=True, message="answers")


def _clock(services: Services) -> Finding:
    """Compare this machine's clock with the database's and Redis's: timers rest on them."""
    name = "clock"
    skews = {}
    with suppress(RedisError):
        seconds, micros = services.redis.time()
        skews["Redis"] = seconds + micros / 1e6 - time.time()
    if not services.settings.is_embedded:
        with suppress(SQLAlchemyError), services.engine.connect() as connection:
            theirs = connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
            skews["the database"] = float(theirs or 0) - time.time()
    told = ", ".join(f"{skew:+.1f} s at {whose}" for whose, skew in skews.items())
    return Finding(
        name=name,
        ok=all(abs(skew) <= CLOCK_SKEW_MOST_S for skew in skews.values()),
        message=told or "no other clock to compare with",
        remedy="Let NTP set the clocks of all machines (timedatectl set-ntp true).",
    )


def _disk(services: Services) -> Finding:
    free = shutil.disk_usage(services.settings.data_dir).free
    message = f"{free // 1024**2} MB free at {services.settings.data_dir}"
    remedy = "Make room, or move the data folder with GARLAND_DATA_DIR."
    return Finding(name="disk", ok=free >= DISK_LEAST_BYTES, message=message, remedy=remedy)


def _matcher(_services: Services) -> Finding:
    """Let the matching process judge one rule for real."""
    with Matcher() as matcher:
        found = matcher.match("doctor", compile_rules({"always": ALWAYS}), [{}])
        judged = matcher.starts > 0 and found == [frozenset({"always"})]
    message = "durable_rules judges" if judged else "durable_rules does not start"
    remedy = "Install durable_rules anew: pip install --force-reinstall durable-rules"
    return Finding(name="rules", ok=judged, message=message, remedy=remedy)


def _packs(services: Services) -> Finding:
    """Tell which packs are not used, and what is wrong first with each."""
    name, given = "packs", services.trap_packs
    if given.refused:
        told = "; ".join(f"{one.name}: {one.problems[0].message}" for one in given.refused)
        remedy = "`garland pack check FOLDER` lists all that is wrong. Mend the pack, then restart."
        return Finding(name=name, ok=False, message=f"not used: {told}", remedy=remedy)
    return Finding(name=name, ok=True, message=f"{len(given.used)} used")


def _sandbox(services: Services) -> Finding:
    """Try the sandbox for real, at the level that is set."""
    name, wanted = "sandbox", services.settings.sandbox_level
    level = find_level(wanted, read_groups(services.settings.sandbox_cgroup))
    if level.number or wanted == "0":
        told = "blocks of others run" if level.number else "blocks of others are refused, as set"
        return Finding(name=name, ok=True, message=f"level {level.number}: {told}")
    remedy = (
        " ".join(level.missing) + " Where no code of others is wanted: GARLAND_SANDBOX_LEVEL=0."
    )
    message = "level 0: blocks with code of others are refused, all others work"
    return Finding(name=name, ok=False, message=message, remedy=remedy)


def _devices(services: Services) -> Finding:
    """Tell whether blocks can speak SSH and NETCONF; nothing is wrong where nobody wants to."""
    if not is_installed():
        told = "not installed: steps that need it say so. To add it: pip install garland[ssh]"
        return Finding(name="SSH", ok=True, message=told)
    pins = services.settings.ssh_pin_first_use
    told = "host keys that are seen first are believed" if pins else "host keys have to be known"
    return Finding(name="SSH", ok=True, message=told)
