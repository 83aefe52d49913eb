"""What a directory sends of a user is read, or refused by the attribute's name."""

from __future__ import annotations

import pytest

from kernel.errors import InvalidError
from tenancy._tables import EMAIL_MAX
from tenancy.scim.documents import read_user


def test_a_name_that_is_too_long_in_small_letters_is_refused() -> None:
    document = {"userName": "İ" * EMAIL_MAX, "emails": [{"value": "a@example.com"}]}

    with pytest.raises(InvalidError) as refused:
        read_user(document)

    assert [one.pointer for one in refused.value.problems] == ["/userName"]
