"""The diff that reviewers read leaves out nothing that is otherwise."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.releases.differences import LINES_MAX, READ_MAX_BYTES, file_changes
from tests.support.size import examples

FILES = st.dictionaries(st.sampled_from(["a.py", "b.py", "c.txt"]), st.binary(max_size=30))


@given(FILES, FILES)
@settings(max_examples=examples(200))
def test_names_every_file_that_is_otherwise_and_no_other(
    old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    found = {one.name: one.how for one in file_changes(old, new)}

    assert found == {
        **dict.fromkeys(new.keys() - old.keys(), "added"),
        **dict.fromkeys(old.keys() - new.keys(), "removed"),
        **{name: "changed" for name in new.keys() & old.keys() if old[name] != new[name]},
    }


@given(FILES, FILES)
@settings(max_examples=examples(200))
def test_shows_lines_or_says_why_not(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    assert all(bool(one.lines) != bool(one.note) for one in file_changes(old, new))


def test_code_comes_first() -> None:
    found = file_changes({}, {"README.md": b"1", "src/block.py": b"2"})

    assert [one.name for one in found] == ["src/block.py", "README.md"]


def test_what_nobody_could_read_is_not_compared() -> None:
    new = {"long.py": b"x" * (READ_MAX_BYTES + 1), "lines.py": b"x\n" * (LINES_MAX + 1)}

    assert not any(one.lines for one in file_changes({}, new))


def test_after_many_lines_no_more_are_shown() -> None:
    new = {f"{number:02}.py": b"x = 1\n" * LINES_MAX for number in range(20)}

    found = file_changes({}, new)

    assert found[0].lines
    assert not found[-1].lines
