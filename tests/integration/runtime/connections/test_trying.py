"""What the button Test does, with real peers: what was tried, and how it went, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.connections.trying import Tried, try_connection
from tests.integration.runtime.connections.conftest import Calling, port_of
from tests.integration.runtime.connections.test_tokens import client_values
from tests.support.oauth import OAuthServer
from tests.support.peers import (
    Authority,
    find_program,
    running_snmpd,
    running_sshd,
    running_tls,
)
from tests.support.ssh_server import PASSWORD, USER, Router, running_ssh

SECRET = "a-long-canary"  # noqa: S105  a test's
needs_sshd = pytest.mark.skipif(not find_program("sshd"), reason="sshd is not installed")
needs_snmpd = pytest.mark.skipif(not find_program("snmpd"), reason="snmpd is not installed")


def tried(calling: Calling, kind: str, values: Any, **facts: Any) -> Tried:
    """Make a connection and try it."""
    calling.make(kind, values, **facts)
    connections = calling.connections()
    opened = connections.open(calling.organisation.id, "Tickets")
    return try_connection(connections, opened)


def test_a_client_is_tried_by_fetching_a_token(calling: Calling, oauth: OAuthServer) -> None:
    hosts = (port_of(oauth.url),)

    found = tried(calling, "oauth2_client", client_values(oauth), hosts=hosts)

    assert found.is_good
    assert "A token came, valid until" in found.said


def test_a_key_is_tried_at_the_test_address(calling: Calling, oauth: OAuthServer) -> None:
    facts = {"hosts": (port_of(oauth.url),), "test_address": f"{oauth.url}/api"}

    found = tried(calling, "bearer", {"token": "wrong"}, **facts)

    assert found == Tried(False, "The test address refused it: 401.")


def test_without_a_test_address_nothing_is_called_well(calling: Calling) -> None:
    assert not tried(calling, "bearer", {"token": "any"}).is_good


def test_a_certificate_is_shown_to_a_server_that_wants_one(
    calling: Calling, tmp_path: Path
) -> None:
    authority = Authority()
    pair = authority.issue("garland")
    values = {
        "certificate": pair.certificate, "key": pair.key, "authority": authority.certificate
    }  # fmt: skip

    with running_tls(authority, tmp_path) as (url, came):
        found = tried(calling, "mtls", values, hosts=(port_of(url),))

    assert found == Tried(True, "The test address answered 200.")
    assert came == ["garland"]


def test_a_certificate_of_somebody_elses_authority_is_refused(
    calling: Calling, tmp_path: Path
) -> None:
    authority, pair = Authority(), Authority().issue("stranger")
    values = {
        "certificate": pair.certificate, "key": pair.key, "authority": authority.certificate
    }  # fmt: skip

    with running_tls(authority, tmp_path) as (url, came):
        found = tried(calling, "mtls", values, hosts=(port_of(url),))

    assert not found.is_good
    assert came == []


def test_a_key_of_another_certificate_is_told_before_it_is_kept(calling: Calling) -> None:
    authority = Authority()
    values = {"certificate": authority.issue("a").certificate, "key": authority.issue("b").key}

    with pytest.raises(InvalidError, match="belongs to another certificate"):
        calling.make("mtls", values)


def test_a_certificate_tells_when_it_runs_out(calling: Calling) -> None:
    pair = Authority().issue("garland", days=10)

    made = calling.make("mtls", {"certificate": pair.certificate, "key": pair.key})

    assert made.expires_at is not None


@needs_sshd
def test_an_ssh_key_signs_in_at_a_real_server(calling: Calling, tmp_path: Path) -> None:
    with running_sshd(tmp_path) as sshd:
        values = {
            "user": sshd.user, "private_key": sshd.private_key, "host_key": sshd.host_key
        }  # fmt: skip
        place = f"127.0.0.1:{sshd.port}"
        found = tried(calling, "ssh_key", values, hosts=(place,), test_address=place)

    assert found.is_good, found.said
    assert "Signed in at 127.0.0.1" in found.said


@needs_sshd
def test_a_server_with_another_host_key_is_not_signed_in_at(
    calling: Calling, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with running_sshd(tmp_path) as sshd, running_sshd(tmp_path / "other") as other:
        values = {
            "user": sshd.user, "private_key": sshd.private_key, "host_key": other.host_key
        }  # fmt: skip
        place = f"127.0.0.1:{sshd.port}"
        found = tried(calling, "ssh_key", values, hosts=(place,), test_address=place)

    assert not found.is_good
    assert "another host key" in found.said


@pytest.mark.parametrize(
    ("password", "said"),
    [
        pytest.param(PASSWORD, "Signed in at 127.0.0.1 as garland", id="right"),
        pytest.param("another", "refused to let garland in", id="wrong"),
    ],
)
def test_a_password_is_tried_at_a_device(calling: Calling, password: str, said: str) -> None:
    with running_ssh(Router({})) as server:
        values = {"user": USER, "password": password, "host_key": server.host_key}
        place = f"127.0.0.1:{server.port}"
        facts = {"hosts": (place,), "test_address": f"ssh://{place}", "over_http": False}
        found = tried(calling, "basic", values, **facts)

    assert said in found.said


@needs_snmpd
@pytest.mark.parametrize(
    "values",
    [
        pytest.param(
            {"user": "garland", "auth_secret": SECRET, "priv_secret": SECRET}, id="SNMPv3"
        ),
        pytest.param({"version": "2c", "community": "public"}, id="SNMPv2c"),
    ],
)
def test_an_agent_is_asked_for_its_name(
    calling: Calling, tmp_path: Path, values: dict[str, str]
) -> None:
    with running_snmpd(tmp_path, secret=SECRET) as port:
        place = f"127.0.0.1:{port}"
        found = tried(calling, "snmp_v3", values, hosts=(place,), test_address=place)

    assert found == Tried(True, "The agent at 127.0.0.1 calls itself probe-7.")


@needs_snmpd
def test_an_agent_that_knows_another_secret_says_so(calling: Calling, tmp_path: Path) -> None:
    values = {"user": "garland", "auth_secret": "other-canary", "priv_secret": "other-canary"}
    with running_snmpd(tmp_path, secret=SECRET) as port:
        place = f"127.0.0.1:{port}"
        found = tried(calling, "snmp_v3", values, hosts=(place,), test_address=place)

    assert not found.is_good
    assert "canary" not in found.said
