"""Is a connection sound: its name, its hosts, and the values of its kind?

Pure. Every problem names the field and the remedy, and none repeats a value that is a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from kernel.errors import InvalidError, Problem
from tenancy.connections._tables import NAME_MAX
from tenancy.connections.hosts import HOSTS_MAX, covers, read_hosts, split_entry, why_no_host
from tenancy.connections.kinds import KINDS, Kind
from tenancy.connections.pem import (
    authority_problem,
    certificate_end,
    certificate_problem,
    host_keys_problem,
    ssh_key_problem,
)

USUAL_PORTS = MappingProxyType(
    {"https": 443, "http": 80, "ssh": 22, "snmp": 161, "mqtts": 8883, "mqtt": 1883}
)
_BARE = {"http": "https", "mqtt": "mqtts"}
SNMP_SECRET_MIN = 8  # RFC 3414, 11.2
_ADDRESS_MAX = 500
Wrong = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a connection is, apart from its values; as people or programs gave it."""

    name: str
    hosts: tuple[str, ...]
    over_http: bool = False
    test_address: str = ""


def checked_facts(facts: Facts, kind: Kind) -> Facts:
    """Give the facts tidied.

    Raises:
        InvalidError: with a problem for each that cannot be.
    """
    found = Facts(
        name=facts.name.strip(),
        hosts=tuple(read_hosts(facts.hosts)),
        over_http=facts.over_http and kind.speaks == "http",
        test_address=facts.test_address.strip(),
    )
    _refuse([Problem(f"/{field}", f"{field}: {why}") for field, why in _wrong_facts(found, kind)])
    return found


def check_values(
    kind: Kind, values: Mapping[str, Any], *, over_http: bool, hosts: Iterable[str] = ()
) -> None:
    """Refuse values that do not fit their kind.

    Args:
        kind: Which.
        values: Settings and secrets; those that stay are opened already.
        over_http: Whether what is secret may travel unencrypted.
        hosts: Where the connection may be used; an address that is the secret has to lie there.

    Raises:
        InvalidError: with a problem for each.
    """
    problems = kind.schema.problems(dict(values))
    if not problems:
        bared = () if over_http else _bared(values)
        wrong = [*_wrong_text(kind, values), *_CHECKS[kind.name](values), *bared]
        if kind.name == "secret_url" and not wrong:
            why = why_not_there(kind.name, tuple(hosts), values["url"], over_http=over_http)
            wrong = [("url", why)] if why else []
        problems = [Problem(f"/{field}", f"{field}: {why}") for field, why in wrong]
    _refuse([Problem(f"/values{one.pointer}", one.message) for one in problems])


def end_of(kind: Kind, values: Mapping[str, Any]) -> datetime | None:
    """Say when sound values run out, where that is known."""
    if kind.name == "mtls":
        return certificate_end(values["certificate"])
    said = values.get("valid_until")
    return datetime.combine(date.fromisoformat(said), time.max, UTC) if said else None


def why_not_there(kind: str, hosts: tuple[str, ...], address: str, *, over_http: bool) -> str:
    """Say why a secret may not go to an address; "" when it may.

    For a kind that HTTP uses the address says its scheme, which may be `ssh`, `mqtts` or `mqtt`.
    """
    spoken = KINDS[kind].speaks
    text = address if spoken == "http" else f"{spoken}://{address}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or parts.scheme not in USUAL_PORTS:
        shape = "https://host/path" if spoken == "http" else "host or host:port"
        return f"is no address: write it as {shape}"
    if parts.scheme in _BARE and not over_http:
        safe = _BARE[parts.scheme]
        bare = f"to go over {parts.scheme}"
        return f"is not encrypted: write {safe}://, or allow this connection {bare}"
    usual = USUAL_PORTS[parts.scheme]
    if not covers(hosts, host, port or usual, usual=usual):
        shown = host if port in (None, usual) else f"{host}:{port}"
        return f"{shown} is none of the hosts of this connection: add it to them"
    return ""


def _wrong_facts(facts: Facts, kind: Kind) -> Wrong:
    if not 1 <= len(facts.name) <= NAME_MAX or not facts.name.isprintable():
        yield "name", f"write 1 to {NAME_MAX} characters"
    if not facts.hosts:
        yield "hosts", "name at least one host that the secret may be sent to"
    if len(facts.hosts) > HOSTS_MAX:
        yield "hosts", f"name at most {HOSTS_MAX}"
    wrong = [why for why in map(why_no_host, facts.hosts) if why]
    for why in wrong:
        yield "hosts", why
    if len(facts.test_address) > _ADDRESS_MAX:
        yield "test_address", f"write at most {_ADDRESS_MAX} characters"
    elif facts.test_address and not wrong:
        why = why_not_there(kind.name, facts.hosts, facts.test_address, over_http=facts.over_http)
        if why:
            yield "test_address", why


def _wrong_text(kind: Kind, values: Mapping[str, Any]) -> Wrong:
    """See that nothing in one line breaks out of the header or form that it is put in."""
    in_lines = {
        name
        for name, part in kind.document["properties"].items()
        if part.get("x-garland", {}).get("widget") in ("secret-lines", "textarea")
    }
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        if name in in_lines:
            if "\0" in value:
                yield name, "holds a NUL: remove it"
        elif not value.isprintable():
            yield name, "holds a line break or another character that nobody sees: remove it"
        elif kind.speaks == "http" and name in _IN_HEADERS and not value.isascii():
            yield name, "may hold ASCII characters alone: others cannot go into a header"
        elif name in ("key", "token") and value != value.strip():
            yield name, "begins or ends with a space: remove it"


_IN_HEADERS = frozenset({"key", "token", "prefix"})


def _nothing(_values: Mapping[str, Any]) -> Wrong:
    yield from ()


def _basic(values: Mapping[str, Any]) -> Wrong:
    if ":" in values["user"]:
        yield "user", "may hold no colon (RFC 7617, 2)"
    yield from _host_keys(values)


def _oauth2(values: Mapping[str, Any]) -> Wrong:
    yield from _addresses(values, "token_url", "authorize_url")


def _secret_url(values: Mapping[str, Any]) -> Wrong:
    yield from _addresses(values, "url")


def _addresses(values: Mapping[str, Any], *fields: str) -> Wrong:
    for field in fields:
        if field not in values:
            continue
        try:
            parts = urlsplit(values[field])
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        if not host or parts.scheme not in ("https", "http") or parts.username or parts.fragment:
            yield field, "is no address: write it as https://host/path"


def _bared(values: Mapping[str, Any]) -> Wrong:
    for field in ("token_url", "authorize_url", "url"):
        if values.get(field, "").casefold().startswith("http://"):
            yield field, "is not encrypted: write https://, or allow it to go over http"


def _mtls(values: Mapping[str, Any]) -> Wrong:
    field, why = certificate_problem(
        values["certificate"], values["key"], values.get("passphrase", "")
    )
    if why:
        yield field, why
    if values.get("authority") and authority_problem(values["authority"]):
        yield "authority", authority_problem(values["authority"])


def _ssh_key(values: Mapping[str, Any]) -> Wrong:
    why = ssh_key_problem(values["private_key"], values.get("passphrase", ""))
    if why:
        yield "private_key", why
    yield from _host_keys(values)


def _host_keys(values: Mapping[str, Any]) -> Wrong:
    why = host_keys_problem(values["host_key"]) if values.get("host_key") else ""
    if why:
        yield "host_key", why


def _snmp(values: Mapping[str, Any]) -> Wrong:
    if values.get("version", "3") == "2c":
        if "community" not in values:
            yield "community", "is missing: SNMPv2c goes by it"
        return
    if "user" not in values:
        yield "user", "is missing: SNMPv3 goes by it"
    auth, priv = values.get("auth_protocol", "SHA256"), values.get("priv_protocol", "AES")
    if auth == "none" and priv != "none":
        yield "priv_protocol", "needs authentication as well: choose one, or no privacy"
    for field, protocol in (("auth_secret", auth), ("priv_secret", priv)):
        if protocol != "none" and len(values.get(field, "")) < SNMP_SECRET_MIN:
            yield field, f"needs at least {SNMP_SECRET_MIN} characters"


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Wrong]] = {
    "api_key": _nothing,
    "basic": _basic,
    "bearer": _nothing,
    "oauth2_client": _oauth2,
    "oauth2_code": _oauth2,
    "mtls": _mtls,
    "secret_url": _secret_url,
    "ssh_key": _ssh_key,
    "snmp_v3": _snmp,
}


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidError(
            f"the connection cannot be kept: {problems[0].message}", problems=problems
        )


def host_of(address: str) -> str:
    """Give the host that an entry or address of SSH or SNMP names.

    >>> host_of("router.example.com:22")
    'router.example.com'
    """
    return split_entry(address)[0]
