"""What processes leave behind of the runs they were advancing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

from runtime.runs.watch import Watch

ONE, OTHER = UUID(int=1), UUID(int=2)
FORK = get_context("fork")


def die_within(make: Callable[[], AbstractContextManager[Any]]) -> None:
    """Enter something in a process that then ends without clearing up."""

    def end() -> None:
        with make():
            os._exit(9)

    process = FORK.Process(target=end)
    process.start()
    process.join()
    assert process.exitcode == 9


def die_advancing(folder: Path, *run_ids: UUID) -> None:
    die_within(lambda: Watch(folder).under_way(run_ids))


def died_of(watch: Watch, run_id: UUID) -> int | None:
    """Tell how many died of trying it, leaving it a suspect."""
    with suppress(InterruptedError), watch.alone(run_id) as died:
        raise InterruptedError
    return died


def test_runs_under_way_when_a_process_died_are_suspects_to_the_next(tmp_path: Path) -> None:
    die_advancing(tmp_path, ONE, OTHER)

    assert sorted(Watch(tmp_path).suspects()) == [ONE, OTHER]


def test_what_was_got_through_before_a_process_died_is_no_suspect(tmp_path: Path) -> None:
    def end() -> Iterator[None]:
        with Watch(tmp_path).under_way([ONE]):
            pass
        yield

    die_within(contextmanager(end))

    assert Watch(tmp_path).suspects() == []


def test_runs_that_a_living_process_advances_are_no_suspects(tmp_path: Path) -> None:
    with Watch(tmp_path).under_way([ONE]):
        assert Watch(tmp_path).suspects() == []


def test_processes_that_live_learn_of_a_suspect_too(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    die_advancing(tmp_path, ONE)
    Watch(tmp_path)

    assert watch.suspects() == [ONE]


def test_a_suspect_that_is_got_through_alone_is_none_any_longer(tmp_path: Path) -> None:
    die_advancing(tmp_path, ONE)
    watch = Watch(tmp_path)

    with watch.alone(ONE) as died:
        assert died == 0

    assert watch.suspects() == []


def test_each_death_alone_is_counted(tmp_path: Path) -> None:
    die_advancing(tmp_path, ONE)
    watch = Watch(tmp_path)
    for _ in range(2):
        die_within(lambda: watch.alone(ONE))

    assert died_of(watch, ONE) == 2


def test_a_try_that_raises_is_no_death(tmp_path: Path) -> None:
    die_advancing(tmp_path, ONE)
    watch = Watch(tmp_path)

    assert [died_of(watch, ONE) for _ in range(3)] == [0, 0, 0]
    assert watch.suspects() == [ONE]


def test_two_processes_do_not_try_one_suspect_at_a_time(tmp_path: Path) -> None:
    die_advancing(tmp_path, ONE)
    watch = Watch(tmp_path)

    with watch.alone(ONE), Watch(tmp_path).alone(ONE) as died:
        assert died is None


def test_without_a_folder_nothing_is_noted() -> None:
    watch = Watch()

    with watch.under_way([ONE]):
        assert watch.suspects() == []
