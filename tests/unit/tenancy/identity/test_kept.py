"""What is kept of providers' answers: bounded in number, in size and in time."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tenancy.identity import kept
from tenancy.identity.asking import DOCUMENT_MAX, Answer, Asker
from tenancy.identity.claims import IdentityError
from tenancy.identity.kept import FAILED_S, KEPT_MOST, KEPT_S, Kept

ISSUER = "https://i.example"


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        """Give what time it is."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(kept, "monotonic", found)
    return found


def test_the_oldest_goes_where_there_are_too_many(clock: Clock) -> None:
    held = Kept()
    for number in range(KEPT_MOST + 1):
        held.keep(str(number), number)

    found = [held.find(str(one), max_age_s=KEPT_S) for one in (0, 1, KEPT_MOST)]

    assert (found, clock.now) == ([None, 1, KEPT_MOST], 0.0)


def test_what_is_beyond_its_time_goes_first(clock: Clock) -> None:
    held = Kept()
    held.keep("old", "x")
    clock.now = KEPT_S
    for number in range(KEPT_MOST):
        held.keep(str(number), "y")

    assert held.find("old", max_age_s=2 * KEPT_S) is None
    assert held.find("0", max_age_s=KEPT_S) == "y"


def test_what_was_read_stays_where_it_cannot_be_read_anew(clock: Clock) -> None:
    held = Kept()
    held.keep("a", "x")
    clock.now = 1.0
    held.keep_failure("a", "not there")

    assert held.find("a", max_age_s=KEPT_S) == "x"


class Counting:
    """Answers everything alike, and counts."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.times = answer, 0

    def __call__(
        self, _method: str, _url: str, _headers: Mapping[str, str], _body: bytes = b""
    ) -> Answer:
        """Answer, and count."""
        self.times += 1
        return self.answer


def test_what_could_not_be_read_is_not_asked_for_again_at_once(clock: Clock) -> None:
    carry = Counting(Answer(status=503, body=b""))
    asker = Asker(carry, allow_plain=False)

    times = []
    for now, anew in ((0.0, False), (FAILED_S - 1, False), (FAILED_S - 1, True), (50.0, False)):
        clock.now = now
        with pytest.raises(IdentityError, match="answered 503"):
            asker.metadata(ISSUER, anew=anew)
        times.append(carry.times)

    assert times == [1, 1, 2, 3]


def test_a_document_that_is_too_large_is_not_read() -> None:
    carry = Counting(Answer(status=200, body=b" " * DOCUMENT_MAX + b"{}"))

    with pytest.raises(IdentityError, match="100,000 bytes"):
        Asker(carry, allow_plain=False).metadata(ISSUER)
