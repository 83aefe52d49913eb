"""What is kept of an organization is what was said last, and not without end."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.errors import InvalidError
from tenancy.parties.documents import KEPT_MAX, merged

LONG = [{"name": "note", "value": "ü" * (KEPT_MAX - 100)}]


def test_what_fits_is_kept_whatever_letters_it_has() -> None:
    assert merged({}, {"partyCharacteristic": LONG}) == {"partyCharacteristic": LONG}


@pytest.mark.parametrize(
    "said",
    [
        {"tradingName": "T", "contactMedium": [{"validFor": {"a": "x" * KEPT_MAX}}]},
        {"contactMedium": [{"validFor": {"a": "x" * 200}}]},
    ],
)
def test_more_is_refused_by_the_attributes_name(said: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match="32,000") as refused:
        merged({"partyCharacteristic": LONG}, said)

    assert [one.pointer for one in refused.value.problems] == ["/contactMedium"]
