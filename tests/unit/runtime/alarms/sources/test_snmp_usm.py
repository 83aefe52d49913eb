"""SNMPv3: only who has the key is believed, what is encrypted is read, and old messages are not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.sources.snmp.authority import WINDOW_S, Authority
from runtime.alarms.sources.snmp.ber import BerError
from runtime.alarms.sources.snmp.usm import User, is_from, localized_key, read_frame, said_by
from tests.support.captures import SNMP, captured

PRIVATE = "v3 authPriv SHA AES linkDown"
SIGNED = "v3 authNoPriv SHA linkDown"
PROBE = User(
    name="probe",
    auth="sha",
    auth_secret="probe-auth-pass",
    priv="aes",
    priv_secret="probe-priv-pass",
)
SIGNING = replace(PROBE, priv="", priv_secret="")


def test_reads_an_encrypted_trap(shared_data: Path) -> None:
    data = captured(shared_data, SNMP)[PRIVATE]
    frame = read_frame(data)

    assert is_from(data, frame, PROBE)
    said = said_by(data, frame, PROBE)
    assert said.oid == "1.3.6.1.6.3.1.1.5.3"
    assert said.variables[-1] == ("1.3.6.1.2.1.2.2.1.2.7", "GigabitEthernet0/7")


def test_reads_a_trap_that_is_only_signed(shared_data: Path) -> None:
    data = captured(shared_data, SNMP)[SIGNED]
    frame = read_frame(data)

    assert is_from(data, frame, SIGNING)
    assert said_by(data, frame, SIGNING).oid == "1.3.6.1.6.3.1.1.5.3"


@pytest.mark.parametrize(
    "user",
    [
        pytest.param(replace(PROBE, auth_secret="another-pass"), id="another passphrase"),
        pytest.param(replace(PROBE, name="prober"), id="another name"),
        pytest.param(replace(PROBE, auth="md5"), id="another digest of that length"),
        pytest.param(replace(PROBE, auth="sha256"), id="a longer digest"),
    ],
)
def test_believes_nobody_without_the_key(shared_data: Path, user: User) -> None:
    data = captured(shared_data, SNMP)[PRIVATE]

    assert not is_from(data, read_frame(data), user)


def test_believes_no_message_that_was_changed(shared_data: Path) -> None:
    data = bytearray(captured(shared_data, SNMP)[SIGNED])
    data[-1] ^= 1

    assert not is_from(bytes(data), read_frame(bytes(data)), SIGNING)


def test_a_user_whose_messages_are_encrypted_is_not_read_in_plain(shared_data: Path) -> None:
    data = captured(shared_data, SNMP)[SIGNED]
    frame = read_frame(data)

    assert is_from(data, frame, PROBE)
    with pytest.raises(BerError, match="not encrypted"):
        said_by(data, frame, PROBE)


def test_a_wrong_key_of_encryption_is_a_clear_refusal(shared_data: Path) -> None:
    data = captured(shared_data, SNMP)[PRIVATE]

    with pytest.raises(BerError):
        said_by(data, read_frame(data), replace(PROBE, priv_secret="another-pass"))


@pytest.mark.parametrize(
    ("auth", "key"),
    [
        pytest.param("md5", "526f5eed9fcce26f8964c2930787d82b", id="RFC 3414 A.3.1"),
        pytest.param("sha", "6695febc9288e36282235fc7151f128497b38f3f", id="RFC 3414 A.3.2"),
    ],
)
def test_keys_are_those_of_the_standard(auth: str, key: str) -> None:
    assert localized_key(auth, "maplesyrup", bytes(11) + bytes([2])).hex() == key


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_clear_refusal(data: bytes) -> None:
    with suppress(BerError):
        read_frame(data)


@given(st.data())
def test_a_broken_message_is_believed_or_read_by_nobody(draw: st.DataObject) -> None:
    broken = bytearray(_report())
    for _ in range(draw.draw(st.integers(1, 3))):
        broken[draw.draw(st.integers(0, len(broken) - 1))] ^= draw.draw(st.integers(1, 255))

    with suppress(BerError):
        frame = read_frame(bytes(broken))
        assert not is_from(bytes(broken), frame, PROBE)
        said_by(bytes(broken), frame, SIGNING)


def _report() -> bytes:
    ours = Authority(b"x" * 12, lambda: 1_800_000_000.0)
    asking = read_frame(
        bytes.fromhex(
            "303e020103301102040155e0ac020300ffe30401040201030410300e0400020100020100040004000400"
            "3014040004 00a00e020403f0cc4502010002010030 00".replace(" ", "")
        )
    )
    return ours.report_unknown(asking)


def test_a_trap_sent_again_after_the_window_is_refused(shared_data: Path) -> None:
    now = [1_800_000_000.0]
    ours = Authority(b"x" * 12, lambda: now[0])
    frame = read_frame(captured(shared_data, SNMP)[PRIVATE])

    ours.refuse_replay(frame, PROBE, "a")
    now[0] += WINDOW_S - 1
    ours.refuse_replay(frame, PROBE, "a")
    now[0] += 2
    with pytest.raises(BerError, match="old"):
        ours.refuse_replay(frame, PROBE, "a")
    ours.refuse_replay(frame, PROBE, "another source")


def test_a_trap_from_before_its_engines_restart_is_refused(shared_data: Path) -> None:
    ours = Authority(b"x" * 12, lambda: 1_800_000_000.0)
    frame = read_frame(captured(shared_data, SNMP)[PRIVATE])

    ours.refuse_replay(replace(frame, boots=frame.boots + 1), PROBE, "a")
    with pytest.raises(BerError, match="old"):
        ours.refuse_replay(frame, PROBE, "a")


def test_our_boots_grow_with_each_start() -> None:
    first = Authority(b"x" * 12, lambda: 1_800_000_000.0)
    second = Authority(b"x" * 12, lambda: 1_800_000_060.0)

    assert second.boots == first.boots + 1
