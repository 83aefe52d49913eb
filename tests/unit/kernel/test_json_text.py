"""JSON is read alike by all: what one reader would take otherwise is refused."""

from __future__ import annotations

import pytest

from kernel.errors import MalformedError
from kernel.json_text import read_json


@pytest.mark.parametrize("text", ["1e999", "-1e999", "[1.5, 1e400]", "1" * 400 + ".0"])
def test_a_number_beyond_what_is_kept_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="beyond the numbers"):
        read_json(text)


def test_the_largest_number_is_read() -> None:
    assert read_json("[1.7976931348623157e308, 1e-400]") == [1.7976931348623157e308, 0.0]
