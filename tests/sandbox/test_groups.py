"""Children go into the control groups that the operator made, or none runs.

The groups here are folders with the same files: what is written into them is what the kernel would
be told. That its limits hold is the kernel's affair.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from blocks.sandbox.groups import Groups, why_unfit
from blocks.sandbox.pool import Pool
from blocks.sandbox.trial import find_level
from tests.support.zoo import Zoo

UNLIMITED = str(0x7FFFFFFFFFFFF000)


def group(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in {"cgroup_procs": "", **files}.items():
        (folder / name.replace("_", ".", 1)).write_text(text)
    return folder


@pytest.fixture
def version_1(tmp_path: Path) -> Groups:
    memory = group(tmp_path / "memory", memory_limit_in_bytes="268435456\n")
    return (memory, group(tmp_path / "pids", pids_max="200\n"))


def test_a_child_goes_into_each_group_before_it_runs(
    pool: Pool, version_1: Groups, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = Pool(pool.level, groups=version_1, children_max=1)
    try:
        zoo = Zoo(folder=tmp_path_factory.mktemp("zoo"), pool=own)
        output = zoo.output("def run(ctx):\n    return ctx.emit('done', {'ran': True})\n")
    finally:
        own.close()

    assert output == {"ran": True}
    assert [(one / "cgroup.procs").read_text() for one in version_1] == ["0\n", "0\n"]


def test_groups_that_limit_memory_and_processes_fit(version_1: Groups, tmp_path: Path) -> None:
    version_2 = group(tmp_path / "two", memory_max="268435456\n", pids_max="200\n")

    assert not list(why_unfit(version_1))
    assert not list(why_unfit((version_2,)))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({"memory_max": "max", "pids_max": "9"}, "limits memory", id="no memory"),
        pytest.param(
            {"memory_limit_in_bytes": UNLIMITED, "pids_max": "9"}, "limits memory", id="version 1"
        ),
        pytest.param({"memory_max": "9", "pids_max": "max"}, "limits processes", id="no number"),
    ],
)
def test_a_group_without_a_limit_is_told(tmp_path: Path, files: dict[str, str], told: str) -> None:
    (problem,) = why_unfit((group(tmp_path / "two", **files),))

    assert told in problem


def test_where_a_group_is_not_there_nothing_of_others_runs(tmp_path: Path) -> None:
    level = find_level("auto", (tmp_path / "none",))

    assert level.number == 0
    assert "is not there" in level.missing[0]
