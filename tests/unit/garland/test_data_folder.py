"""One `garland up` at a time holds a data folder."""

import os
from pathlib import Path

import pytest

from garland.data_folder import hold_data_folder
from kernel.errors import ConflictError


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    with (
        hold_data_folder(tmp_path, purpose="http://127.0.0.1:8000"),
        pytest.raises(ConflictError) as refused,
    ):
        hold_data_folder(tmp_path, purpose="http://127.0.0.1:8001")

    assert f"process {os.getpid()} (http://127.0.0.1:8000)" in refused.value.message


def test_it_is_free_again_when_the_holder_is_done(tmp_path: Path) -> None:
    hold_data_folder(tmp_path, purpose="first").close()

    with hold_data_folder(tmp_path, purpose="second"):
        assert "second" in (tmp_path / "garland.lock").read_text()
        assert "first" not in (tmp_path / "garland.lock").read_text()
