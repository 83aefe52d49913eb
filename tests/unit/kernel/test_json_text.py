"""JSON is read alike by all: what one reader would take otherwise is refused."""

from __future__ import annotations

from time import process_time

import pytest

from kernel.errors import MalformedError
from kernel.json_text import read_json


@pytest.mark.parametrize("text", ["1e999", "-1e999", "[1.5, 1e400]", "1" * 400 + ".0"])
def test_a_number_beyond_what_is_kept_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="beyond the numbers"):
        read_json(text)


def test_the_largest_number_is_read() -> None:
    assert read_json("[1.7976931348623157e308, 1e-400]") == [1.7976931348623157e308, 0.0]


def test_the_name_that_is_there_twice_is_found_among_many_in_a_moment() -> None:
    names = ",".join(f'"n{number}":1' for number in range(30_000))
    began = process_time()

    with pytest.raises(MalformedError, match="names 'z' twice"):
        read_json(f'{{{names},"z":1,"z":1}}')

    assert process_time() - began < 3
