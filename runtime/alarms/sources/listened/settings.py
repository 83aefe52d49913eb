"""What a tenant sets on sources that the listener serves, checked; forms come and go as text.

Secrets are sealed here and stay so in the source's `config`; only the listener opens them. A form
shows none: an empty field keeps the secret that is there.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json
from kernel.numbers import whole_number
from kernel.secrets import Sealer
from runtime.alarms.sources.listened.kinds import MQTT, SNMP, SYSLOG
from runtime.alarms.sources.listened.networks import network_problem, networks_of
from runtime.alarms.sources.mqtt.reading import check_mapping
from runtime.alarms.sources.mqtt.tls import authority_problem
from runtime.alarms.sources.snmp.usm import DIGESTS, KEY_BYTES, NAME_MAX, PASSPHRASE_LEAST
from runtime.alarms.sources.syslog.message import FACILITIES, LEVELS
from runtime.alarms.sources.syslog.rules import NEVER
from runtime.alarms.sources.syslog.starter import starter_rules

NETWORKS_MAX = 50
USERS_MAX = 20
TOPICS_MAX = 20
COMMUNITY_LEAST, COMMUNITY_MAX = 4, 200
SECRET_MAX = 200
MQTT_PORT, MQTT_TLS_PORT = 1883, 8883
PORT_MAX = 65_535
_HASH_BYTES = {"sha": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64, "md5": 16}

Form = Mapping[str, str]
Config = dict[str, Any]


def config_from_form(kind: str, form: Form, *, before: Mapping[str, Any], vault: Sealer) -> Config:
    """Read the settings form of a source of one of these kinds.

    Args:
        kind: The source's.
        form: What was sent.
        before: The settings that held so far; their secrets stay where the form has none.
        vault: The tenant's, seals new secrets.

    Raises:
        InvalidError: with a problem by field.
    """
    problems: list[Problem] = []
    read = {SNMP: _snmp, SYSLOG: _syslog, MQTT: _mqtt}[kind]
    config = read(form, before, vault, problems)
    if problems:
        raise InvalidError("the settings cannot be kept so", problems=problems)
    return {name: value for name, value in config.items() if value not in ("", [], {}, None)}


def _snmp(form: Form, before: Mapping[str, Any], vault: Sealer, problems: list[Problem]) -> Config:
    community = form.get("community", "").strip()
    if community and not COMMUNITY_LEAST <= len(community) <= COMMUNITY_MAX:
        told = f"community: write {COMMUNITY_LEAST} to {COMMUNITY_MAX} characters"
        problems.append(Problem("/community", told))
    kept = [] if form.get("drop_community") else before.get("community_sealed", "")
    return {
        "networks": _networks(form, problems),
        "community_sealed": vault.encrypt(community) if community else kept,
        "users": _users(form, before, vault, problems),
    }


def _users(
    form: Form, before: Mapping[str, Any], vault: Sealer, problems: list[Problem]
) -> list[dict[str, str]]:
    users = [one for one in before.get("users", ()) if not form.get(f"drop-{one['name']}")]
    name = form.get("user_name", "").strip()
    if not name:
        return users
    auth, priv = form.get("user_auth", "sha256"), form.get("user_priv", "aes")
    said = {
        "user_name": _name_problem(name, users),
        "user_auth": _auth_problem(auth),
        "user_auth_secret": _secret_problem("digest", form.get("user_auth_secret", "")),
        "user_priv": _priv_problem(auth, priv),
        "user_priv_secret": _secret_problem("encryption", form.get("user_priv_secret", ""))
        if priv
        else None,
    }
    problems += [Problem(f"/{field}", told) for field, told in said.items() if told]
    user = {
        "name": name,
        "auth": auth,
        "auth_sealed": vault.encrypt(form.get("user_auth_secret", "")),
    }
    if priv:
        secret = form.get("user_priv_secret", "")
        user |= {"priv": priv, "priv_sealed": vault.encrypt(secret)}
    return [*users, user]


def _name_problem(name: str, users: list[dict[str, str]]) -> str | None:
    if len(name.encode()) > NAME_MAX:
        return f"user name: at most {NAME_MAX} characters"
    if len(users) >= USERS_MAX:
        return f"user name: there are {USERS_MAX} users already, remove one first"
    taken = any(one["name"] == name for one in users)
    return f"user name: {name} is there already, remove it first to change it" if taken else None


def _auth_problem(auth: str) -> str | None:
    return None if auth in DIGESTS else "digest: choose one of " + ", ".join(DIGESTS)


def _priv_problem(auth: str, priv: str) -> str | None:
    if not priv or auth not in DIGESTS:
        return None
    if priv not in KEY_BYTES:
        return "encryption: choose one of " + ", ".join(KEY_BYTES)
    if KEY_BYTES[priv] > _HASH_BYTES[auth]:
        return f"encryption: {priv} needs a longer digest than {auth}: choose sha256 or more"
    return None


def _secret_problem(of: str, secret: str) -> str | None:
    if PASSPHRASE_LEAST <= len(secret) <= SECRET_MAX:
        return None
    return f"passphrase of the {of}: write {PASSPHRASE_LEAST} to {SECRET_MAX} characters"


def _networks(form: Form, problems: list[Problem]) -> list[str]:
    said = form.get("networks", "").replace(",", " ").split()
    if not 1 <= len(said) <= NETWORKS_MAX:
        told = f"networks: name 1 to {NETWORKS_MAX} that send, such as 192.0.2.0/24 or an address"
        problems.append(Problem("/networks", told))
        return []
    wrong = next((told for told in map(network_problem, said) if told), None)
    if wrong:
        problems.append(Problem("/networks", f"networks: {wrong}"))
        return []
    return [str(one) for one in networks_of(said)]


def _syslog(
    form: Form, before: Mapping[str, Any], _vault: Sealer, problems: list[Problem]
) -> Config:
    least = form.get("least", "err")
    if least not in (*LEVELS, NEVER):
        problems.append(Problem("/least", "threshold: choose a level, or none"))
    facilities = form.get("facilities", "").replace(",", " ").lower().split()
    strange = [one for one in facilities if one not in FACILITIES]
    if strange:
        told = f"facilities: {strange[0]} is none; there are {', '.join(FACILITIES)}"
        problems.append(Problem("/facilities", told))
    networks = _networks(form, problems)
    problems += _too_wide(networks)
    rules = before.get("rules", []) if before else starter_rules()
    return {"networks": networks, "least": least, "facilities": facilities, "rules": rules}


def _too_wide(networks: list[str]) -> list[Problem]:
    """Syslog has nothing but the address that says whose it is: nobody may claim half a world."""
    for one in map(ipaddress.ip_network, networks):
        if not one.is_loopback and one.prefixlen < (16 if one.version == 4 else 32):  # noqa: PLR2004  IP's versions
            told = (
                f"networks: {one} is too wide for syslog, which has no password: name a /16, or a "
                "/32 of IPv6, at most"
            )
            return [Problem("/networks", told)]
    return []


def _mqtt(form: Form, before: Mapping[str, Any], vault: Sealer, problems: list[Problem]) -> Config:
    host, tls = form.get("host", "").strip(), bool(form.get("tls"))
    if not host or len(host) > 253 or not host.isprintable() or " " in host:  # noqa: PLR2004  DNS
        problems.append(Problem("/host", "broker: write its name or address, such as mqtt.example"))
    port = form.get("port", "").strip() or str(MQTT_TLS_PORT if tls else MQTT_PORT)
    if not whole_number(port, most=PORT_MAX):
        problems.append(Problem("/port", "port: a whole number from 1 to 65535"))
        port = "0"
    topics = form.get("topics", "").split()
    if not 1 <= len(topics) <= TOPICS_MAX:
        told = f"topics: name 1 to {TOPICS_MAX} topics, one a line, such as alarms/#"
        problems.append(Problem("/topics", told))
    problems += [Problem("/topics", wrong) for wrong in map(_topic_problem, topics) if wrong]
    mapping = _json(form, "mapping", {}, problems)
    if not problems:
        problems += [Problem("/mapping", told) for told in check_mapping(mapping)]
    authority = form.get("authority", "").strip()
    unsigned = authority_problem(authority)
    problems += [Problem("/authority", unsigned)] if unsigned else []
    return {
        "host": host,
        "port": int(port),
        "tls": tls,
        "user": form.get("user", "").strip(),
        "password_sealed": _password(form, before, vault, problems),
        "authority": authority,
        "topics": topics,
        "mapping": mapping,
    }


def _password(form: Form, before: Mapping[str, Any], vault: Sealer, problems: list[Problem]) -> str:
    """Seal the password, or keep the one that is there; never for another broker than before."""
    password = form.get("password", "")
    if password:
        return vault.encrypt(password)
    kept: str = "" if form.get("drop_password") else before.get("password_sealed", "")
    if kept and before.get("host") != form.get("host", "").strip():
        told = "password: write it again, since the broker is another one"
        problems.append(Problem("/password", told))
    return kept


def _topic_problem(topic: str) -> str | None:
    """Say what is wrong with a topic filter (MQTT 3.1.1 clause 4.7), or None."""
    parts = topic.split("/")
    if len(topic.encode()) > 1_000 or "\0" in topic:  # noqa: PLR2004  more than anybody has
        return "topics: at most 1,000 characters each"
    if any("#" in part and part != "#" for part in parts) or "#" in parts[:-1]:
        return f"topics: # stands alone and last, not as in {topic}"
    if any("+" in part and part != "+" for part in parts):
        return f"topics: + stands alone between slashes, not as in {topic}"
    return None


def _json(form: Form, field: str, usual: Any, problems: list[Problem]) -> Any:
    text = form.get(field, "").strip()
    try:
        return read_json(text, what="the text") if text else usual
    except MalformedError as error:
        problems.append(Problem(f"/{field}", f"{field}: {error.message}"))
        return None


def form_of(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Write the settings as the form shows them, without any secret."""
    shown: dict[str, Any] = {"networks": "\n".join(config.get("networks", ()))}
    if kind == SYSLOG:
        shown |= {
            "least": config.get("least", "err"),
            "facilities": ", ".join(config.get("facilities", ())),
        }
    elif kind == MQTT:
        mapping = config.get("mapping", {})
        shown = {
            "host": config.get("host", ""),
            "port": str(config.get("port", "")),
            "tls": bool(config.get("tls")),
            "authority": config.get("authority", ""),
            "user": config.get("user", ""),
            "topics": "\n".join(config.get("topics", ())),
            "mapping": json.dumps(mapping, indent=2, ensure_ascii=False) if mapping else "",
        }
    return shown


def rules_text(rules: Any) -> str:
    """Write syslog rules as people edit them: a rule a line."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in rules)
    return f"[\n{lines}\n]" if lines else ""
