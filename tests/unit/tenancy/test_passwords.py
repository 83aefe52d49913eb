"""What a password must be, and how it is checked."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from kernel.errors import InvalidError
from tenancy import passwords
from tenancy.passwords import check_new_password, hash_password, is_right, needs_rehash


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("eleven char", id="too short"),
        pytest.param("x" * 257, id="too long to hash for free"),
        pytest.param("my name is Annabel", id="holds the name of the address"),
        pytest.param("ANNABEL@EXAMPLE.COM", id="is the address"),
        pytest.param("the zwickers of Bern", id="holds the person's name"),
        pytest.param("my Garland is green", id="holds the product's name"),
        pytest.param("abababababababab", id="repeats a few characters"),
        pytest.param("CorrectHorseBatteryStaple", id="known from a breach in another case"),
        pytest.param("q1w2e3r4t5y6", id="known from a breach"),
    ],
)
def test_refuses(password: str) -> None:
    with pytest.raises(InvalidError, match=r"^password: .*(use|choose)"):
        check_new_password(password, email="annabel@example.com", name="Zwicker")


def test_a_short_name_may_occur_in_words() -> None:
    check_new_password("correct horse battery", email="or@example.com")


@pytest.mark.parametrize(
    "password",
    ["all lower case and no digit", "日本語のパスワードを長く書く", "x" * 252 + "abcd"],
)
def test_asks_for_no_kinds_of_characters(password: str) -> None:
    check_new_password(password, email="annabel@example.com", name="Zwicker")


def test_names_the_field_that_was_typed_into() -> None:
    with pytest.raises(InvalidError) as refused:
        check_new_password("short", email="a@example.com", field="new_password")

    assert [one.pointer for one in refused.value.problems] == ["/new_password"]


def test_fits_its_own_hash_alone() -> None:
    kept = hash_password("correct horse battery")

    assert is_right("correct horse battery", kept)
    assert not is_right("correct horse batterY", kept)
    assert not is_right("correct horse battery", None)
    assert not is_right("correct horse battery", "not a hash")


def test_a_hash_of_weaker_parameters_is_renewed() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery")

    assert needs_rehash(weak)
    assert not needs_rehash(hash_password("correct horse battery"))


def test_a_made_up_password_that_meets_the_list_by_chance_is_made_up_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = iter([True, True, False])
    monkeypatch.setattr(passwords, "is_breached", lambda _: next(found))

    made = passwords.made_up_password(email="ann@example.com", name="Ann")

    assert len(made) >= passwords.LENGTH_MIN
    assert next(found, None) is None
