"""NETCONF: what is read and changed at a server that keeps the rules, and at some that do not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from blocks.brokers.ssh import SshBroker
from blocks.permissions.ssh import SshLogin
from blocks.sdk import BlockError, NetconfAnswer, NetconfCall
from blocks.xml_documents import plain, read_xml
from tests.support.netconf_server import BASE, EVERYTHING, SYSTEM, Device, running_netconf
from tests.support.ssh_server import PASSWORD, USER, SshServer, running_ssh

OPEN = SshBroker(allow_private=True)
WIDE = f'<system xmlns="{SYSTEM}"><mtu>9000</mtu></system>'
BAD = f'<system xmlns="{SYSTEM}"><mtu>wide</mtu></system>'
IN_PLACE = ("writable-running:1.0", "rollback-on-error:1.0")
HELLO = (
    f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.0'
    "</capability></capabilities><session-id>1</session-id></hello>]]>]]>"
)


def ask(server: SshServer, **facts: Any) -> NetconfAnswer:
    """Ask a server."""
    login = SshLogin(user=USER, password=PASSWORD, host_keys=(server.host_key,))
    wanted = {"timeout_s": 10.0, "login": login, **facts}
    return OPEN.netconf(NetconfCall(host="127.0.0.1", port=server.port, **wanted))


@contextmanager
def device(**facts: Any) -> Iterator[tuple[Device, SshServer]]:
    made = Device(**facts)
    with running_netconf(made) as server:
        yield made, server


def change(server: SshServer, document: str = WIDE, **facts: Any) -> NetconfAnswer:
    return ask(server, what="edit-config", document=document, **facts)


def refusal(server: SshServer, **facts: Any) -> BlockError:
    with pytest.raises(BlockError) as caught:
        change(server, **facts)
    return caught.value


def test_the_server_of_these_tests_satisfies_a_client_of_others() -> None:
    manager = pytest.importorskip("ncclient.manager")
    facts: dict[str, Any] = {
        "hostkey_verify": False, "allow_agent": False, "look_for_keys": False, "timeout": 10
    }  # fmt: skip
    with device() as (made, server):
        who = {"username": USER, "password": PASSWORD}
        with manager.connect(host="127.0.0.1", port=server.port, **who, **facts) as theirs:
            with theirs.locked("candidate"):
                config = f'<config xmlns="{BASE}">{WIDE}</config>'
                theirs.edit_config(target="candidate", config=config)
                theirs.commit(confirmed=True, timeout="60", persist="token")
                theirs.commit(persist_id="token")
            said = theirs.get_config(source="running").data_xml

    assert made.running["mtu"] == "9000"
    assert "9000" in said


@pytest.mark.parametrize("bases", [("1.0",), ("1.0", "1.1")], ids=["1.0", "1.1"])
@pytest.mark.parametrize("what", ["get", "get-config"])
def test_what_is_read_is_a_document_of_its_own(bases: tuple[str, ...], what: str) -> None:
    with device(bases=bases) as (_, server):
        found = ask(server, what=what)

    assert plain(read_xml(found.xml.encode())) == {"system": {"hostname": "edge-1", "mtu": "1500"}}


def test_a_filter_says_which_part_is_read() -> None:
    with device() as (_, server):
        found = ask(server, document=f'<system xmlns="{SYSTEM}"><mtu/></system>')

    assert plain(read_xml(found.xml.encode())) == {"system": {"mtu": "1500"}}


@pytest.mark.parametrize("bases", [("1.0",), ("1.0", "1.1")], ids=["1.0", "1.1"])
def test_a_change_is_validated_and_committed_under_a_lock(bases: tuple[str, ...]) -> None:
    with device(bases=bases) as (made, server):
        found = change(server)

    assert found.steps == (
        "locked candidate", "edited", "validated", "committed", "unlocked candidate"
    )  # fmt: skip
    assert (made.running["mtu"], made.candidate, made.locks) == ("9000", None, {})


def test_without_a_candidate_it_is_made_in_place() -> None:
    with device(able=IN_PLACE) as (made, server):
        found = change(server)

    assert found.steps == ("locked running", "edited", "unlocked running")
    assert made.running["mtu"] == "9000"


@pytest.mark.parametrize("able", [EVERYTHING, IN_PLACE], ids=["candidate", "in place"])
def test_what_is_refused_is_taken_back_and_told_in_the_devices_words(able: tuple[str, ...]) -> None:
    with device(able=able) as (made, server):
        error = refusal(server, document=BAD)

    assert (error.code, error.retryable) == ("netconf.refused", False)
    assert "the mtu is no number: wide" in error.message
    assert (made.running["mtu"], made.candidate, made.locks) == ("1500", None, {})


def test_a_change_that_was_committed_is_done_though_the_line_breaks() -> None:
    with device(cuts_after="commit") as (made, server):
        found = change(server)

    assert found.steps == ("locked candidate", "edited", "validated", "committed")
    assert made.running["mtu"] == "9000"


def test_what_is_refused_is_told_though_the_line_breaks() -> None:
    with device(cuts_after="edit-config") as (_, server):
        error = refusal(server, document=BAD)

    assert (error.code, error.retryable) == ("netconf.refused", False)


def test_a_change_whose_line_breaks_on_the_way_is_not_made_anew() -> None:
    with device(cuts_after="lock") as (_, server):
        error = refusal(server)

    assert error.code in ("ssh.bad_answer", "netconf.bad_answer")
    assert not error.retryable


def test_a_check_changes_nothing() -> None:
    with device() as (made, server):
        found = change(server, checks_only=True)

    assert "validated" in found.steps
    assert "commit" not in made.asked
    assert (made.running["mtu"], made.candidate) == ("1500", None)


def test_a_change_on_probation_is_confirmed_over_a_second_connection() -> None:
    with device() as (made, server):
        found = change(server, confirm_s=60)

    assert found.steps[-1] == "confirmed over a second connection"
    assert (made.running["mtu"], made.before, made.sessions) == ("9000", None, 2)


def test_a_change_that_cuts_the_device_off_is_taken_back() -> None:
    with device(most=1) as (made, server):
        error = refusal(server, confirm_s=60)

    assert (error.code, error.retryable) == ("netconf.not_confirmed", False)
    assert made.running["mtu"] == "1500"


def test_an_older_confirmed_commit_is_confirmed_in_its_session() -> None:
    able = ("candidate:1.0", "confirmed-commit:1.0")
    with device(able=able) as (made, server):
        found = change(server, confirm_s=60)

    assert found.steps[-2:] == ("confirmed", "unlocked candidate")
    assert (made.running["mtu"], made.before, made.sessions) == ("9000", None, 1)


def test_while_somebody_else_changes_it_another_attempt_is_worth_it() -> None:
    with device(locks={"candidate": 99}) as (made, server):
        error = refusal(server)

    assert (error.code, error.retryable) == ("netconf.locked", True)
    assert "edit-config" not in made.asked


@pytest.mark.parametrize(
    ("able", "facts"),
    [
        pytest.param((), {}, id="not at all"),
        pytest.param(("writable-running:1.0",), {}, id="not all or nothing"),
        pytest.param(IN_PLACE, {"checks_only": True}, id="no check"),
        pytest.param(("candidate:1.0",), {"confirm_s": 60}, id="no probation"),
    ],
)
def test_what_a_device_cannot_do_is_told_before_anything_is_done(able: Any, facts: Any) -> None:
    with device(able=able) as (made, server):
        error = refusal(server, **facts)

    assert error.code == "netconf.unsupported"
    assert "lock" not in made.asked


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("<a>", id="open"),
        pytest.param("</config></edit-config><kill-session/>", id="breaks out"),
        pytest.param("<!DOCTYPE a><a/>", id="document type"),
        pytest.param('<a b="]]>]]>"/>', id="end mark"),
    ],
)
def test_what_is_no_whole_xml_is_not_sent(document: str) -> None:
    with device(bases=("1.0",)) as (made, server):
        error = refusal(server, document=document)

    assert error.code == "netconf.bad_config"
    assert "edit-config" not in made.asked


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Welcome!]]>]]>", id="no hello"),
        pytest.param(HELLO.replace("<session-id>1</session-id>", ""), id="no session-id"),
        pytest.param(HELLO.replace("base:1.0</", "base:9.9</"), id="no version"),
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]>' + HELLO, id="entities"),
        pytest.param(HELLO + "<rpc-reply/>]]>]]>", id="answers unasked"),
        pytest.param(HELLO + '<rpc-reply message-id="9"><ok/></rpc-reply>]]>]]>', id="other id"),
        pytest.param(HELLO + '<rpc-reply message-id="1"><hm/></rpc-reply>]]>]]>', id="nothing"),
        pytest.param(HELLO.replace("base:1.0<", "base:1.1<") + "\n#0\n", id="bad chunk"),
        pytest.param(HELLO.replace("base:1.0<", "base:1.1<") + "\n#99999999999\n", id="big chunk"),
    ],
)
def test_what_is_not_netconf_is_told(said: str) -> None:
    def talk(channel: Any) -> None:
        channel.sendall(said.encode())
        channel.recv(65_536)
        channel.recv(65_536)

    with running_ssh(talk) as server, pytest.raises(BlockError) as caught:
        ask(server)

    assert caught.value.code == "netconf.bad_answer"


def test_a_server_that_breaks_off_is_told() -> None:
    with (
        running_ssh(lambda channel: channel.close()) as server,
        pytest.raises(BlockError) as caught,
    ):
        ask(server)

    assert caught.value.code.endswith(".bad_answer")  # of SSH or NETCONF, as it is noticed


def test_a_flood_is_ended() -> None:
    def talk(channel: Any) -> None:
        channel.sendall(HELLO.encode())
        while True:
            channel.sendall(b"<a>" * 20_000)

    with running_ssh(talk) as server, pytest.raises(BlockError) as caught:
        ask(server, timeout_s=20.0)

    assert caught.value.code in ("netconf.bad_answer", "ssh.too_large")


def test_a_silence_is_ended() -> None:
    def talk(channel: Any) -> None:
        channel.sendall(HELLO.encode())
        while not channel.closed and channel.recv(65_536):
            pass

    with running_ssh(talk) as server, pytest.raises(BlockError) as caught:
        ask(server, timeout_s=0.8)

    assert (caught.value.code, caught.value.retryable) == ("ssh.timeout", True)
