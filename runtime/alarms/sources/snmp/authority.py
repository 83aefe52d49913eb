"""Garland as the one who receives SNMPv3: discovery, replays refused, informs answered.

Source: RFC 3414 clauses 2.3 (time windows), 3.2 and 4 (discovery); RFC 3412 clause 7.1. For a trap
the sender's engine is the authority on time, for an inform ours is. Our `boots` is counted in
minutes since 2020, so that it grows with each start and nothing has to be written down.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from runtime.alarms.sources.snmp import ber
from runtime.alarms.sources.snmp.ber import BerError
from runtime.alarms.sources.snmp.message import REPORT, RESPONSE, V3
from runtime.alarms.sources.snmp.usm import (
    AUTH,
    DIGESTS,
    PRIV,
    REPORTABLE,
    USM,
    Frame,
    User,
    crypt,
    digest_of,
    scoped_part,
)

WINDOW_S = 150
ENGINES_KEPT = 20_000
EPOCH_2020 = 1_577_836_800
UNKNOWN_ENGINES = "1.3.6.1.6.3.15.1.1.4.0"
NOT_IN_WINDOW = "1.3.6.1.6.3.15.1.1.2.0"
ENGINE_PREFIX = bytes.fromhex("8000000005")  # no enterprise's own form, then octets (RFC 3411)


class Authority:
    """Our engine: its name, and its clock.

    Args:
        name: 5 to 27 bytes that no other listener has.
        clock: Gives seconds since the epoch.
    """

    def __init__(self, name: bytes, clock: Callable[[], float]) -> None:
        self.engine = ENGINE_PREFIX + name
        self._clock = clock
        self._started = clock()
        self.boots = int(self._started - EPOCH_2020) // 60
        self._known: OrderedDict[tuple[bytes, str, str], tuple[int, int, float]] = OrderedDict()

    @property
    def time(self) -> int:
        """Seconds since our engine started."""
        return int(self._clock() - self._started)

    def is_discovery(self, frame: Frame) -> bool:
        """Tell whether a message asks for our engine's name."""
        return not frame.has_digest and frame.engine != self.engine

    def is_for_us(self, frame: Frame) -> bool:
        """Tell whether our clock judges a message: whether it is an inform."""
        return frame.engine == self.engine

    def in_window(self, frame: Frame) -> bool:
        """Tell whether an inform was written lately, by our clock."""
        return frame.boots == self.boots and abs(frame.time - self.time) <= WINDOW_S

    def refuse_replay(self, frame: Frame, user: User, source: str) -> None:
        """Refuse a trap that is older than what its engine has said before.

        Raises:
            BerError: it was written over 150 seconds before the newest one, or before a restart.
        """
        key, now = (frame.engine, user.name, source), self._clock()
        boots, time, at = self._known.get(key, (-1, 0, now))
        expected = time + int(now - at)
        if frame.boots < boots or (frame.boots == boots and frame.time < expected - WINDOW_S):
            raise BerError("the message is old: sent again, or its engine's clock went back")
        if (frame.boots, frame.time) > (boots, time):
            self._known[key] = (frame.boots, frame.time, now)
            self._known.move_to_end(key)
            if len(self._known) > ENGINES_KEPT:
                self._known.popitem(last=False)

    def report_unknown(self, frame: Frame) -> bytes:
        """Answer a discovery: our engine's name and clock."""
        return self._report(frame, UNKNOWN_ENGINES, None)

    def report_late(self, frame: Frame, user: User) -> bytes:
        """Answer an inform whose clock is wrong: ours, with a digest so that it is believed."""
        return self._report(frame, NOT_IN_WINDOW, user)

    def answer(self, data: bytes, frame: Frame, user: User) -> bytes:
        """Answer an inform that was taken: the same, as a response, secured likewise."""
        scoped = scoped_part(data, frame, user)
        _, at = ber.expect(scoped, 0, len(scoped), ber.OCTETS)
        _, at = ber.expect(scoped, at, len(scoped), ber.OCTETS)
        pdu = bytes((RESPONSE,)) + scoped[at + 1 :]
        return self._message(frame, scoped[:at] + pdu, user, flags=AUTH | frame.flags & PRIV)

    def _report(self, frame: Frame, oid: str, user: User | None) -> bytes:
        counted = ber.element(
            ber.SEQUENCE, ber.write_oid(oid) + ber.write_integer(1, ber.COUNTER32)
        )
        pdu = b"".join(ber.write_integer(one) for one in (frame.message_id, 0, 0))
        pdu = ber.element(REPORT, pdu + ber.element(ber.SEQUENCE, counted))
        scoped = ber.element(ber.OCTETS, self.engine) + ber.element(ber.OCTETS, b"") + pdu
        return self._message(frame, scoped, user, flags=AUTH if user else 0)

    def _message(self, frame: Frame, scoped: bytes, user: User | None, *, flags: int) -> bytes:
        """Put a message together: as `frame`, from us, now."""
        ours = replace(
            frame,
            engine=self.engine,
            boots=self.boots,
            time=self.time,
            salt=secrets.token_bytes(8) if flags & PRIV else b"",
        )
        payload = ber.element(ber.SEQUENCE, scoped)
        if user is not None and flags & PRIV:
            payload = ber.element(ber.OCTETS, crypt(payload, ours, user, encrypting=True))
        size = DIGESTS[user.auth][1] if user is not None else 0
        blank = _written(ours, bytes(size), payload, flags & ~REPORTABLE)
        if user is None:
            return blank
        place = _digest_place(blank)
        digest = digest_of(blank, place, user, self.engine)
        return blank[: place[0]] + digest + blank[place[1] :]


def _written(frame: Frame, digest: bytes, payload: bytes, flags: int) -> bytes:
    head = ber.element(
        ber.SEQUENCE,
        ber.write_integer(frame.message_id)
        + ber.write_integer(65_507)
        + ber.element(ber.OCTETS, bytes((flags,)))
        + ber.write_integer(USM),
    )
    security = ber.element(
        ber.SEQUENCE,
        ber.element(ber.OCTETS, frame.engine)
        + ber.write_integer(frame.boots)
        + ber.write_integer(frame.time)
        + ber.element(ber.OCTETS, frame.user)
        + ber.element(ber.OCTETS, digest)
        + ber.element(ber.OCTETS, frame.salt),
    )
    body = ber.write_integer(V3) + head + ber.element(ber.OCTETS, security) + payload
    return ber.element(ber.SEQUENCE, body)


def _digest_place(data: bytes) -> tuple[int, int]:
    """Find where the digest lies in a message of ours."""
    start, stop = ber.expect(data, 0, len(data), ber.SEQUENCE)
    _, at = ber.expect(data, start, stop, ber.INTEGER)
    _, at = ber.expect(data, at, stop, ber.SEQUENCE)
    start, at = ber.expect(data, at, stop, ber.OCTETS)
    start, end = ber.expect(data, start, at, ber.SEQUENCE)
    for tag in (ber.OCTETS, ber.INTEGER, ber.INTEGER, ber.OCTETS):
        _, start = ber.expect(data, start, end, tag)
    return ber.expect(data, start, end, ber.OCTETS)
