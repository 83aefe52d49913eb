"""Writers to SQLite: one after the other, and patient ones know when somebody waits."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from kernel import _turns
from kernel.db import make_engine, others_wait

WITHIN_S = 20.0
CHILD = """
import sys
from sqlalchemy import text
from kernel.db import make_engine
with make_engine(sys.argv[1]).begin() as connection:
    connection.execute(text("INSERT INTO note VALUES (2)"))
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (number INTEGER)"))
    yield engine
    engine.dispose()


def write(engine: Engine, number: int = 1) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO note VALUES (:number)"), {"number": number})


def count(engine: Engine) -> int:
    with engine.execution_options(garland_read_only=True).connect() as connection:
        found: int = connection.scalar(text("SELECT count(*) FROM note"))
        return found


@contextmanager
def meanwhile(action: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=action)
    thread.start()
    yield
    thread.join(WITHIN_S)
    assert not thread.is_alive()


@contextmanager
def somebody_waits(engine: Engine) -> Iterator[Callable[[], None]]:
    """Wait as another process would; the function that is given ends it."""
    with Path(f"{engine.url.database}-waiting").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield lambda: fcntl.flock(file, fcntl.LOCK_UN)


def is_told(connection: Connection, *, within_s: float = WITHIN_S) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if others_wait(connection):
            return True
        time.sleep(0.01)
    return False


def test_a_writer_that_waits_is_noticed_by_the_one_that_writes(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.begin()
        before = others_wait(connection)
        with meanwhile(lambda: write(engine)):
            during = is_told(connection)
            connection.rollback()
        connection.begin()
        after = others_wait(connection)

    assert (before, during, after) == (False, True, False)


def test_a_writer_of_another_process_is_noticed_too(engine: Engine) -> None:
    with engine.begin() as connection:
        command = [sys.executable, "-c", CHILD, str(engine.url)]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[3])
        told = is_told(connection)

    assert told
    assert process.wait(WITHIN_S) == 0
    assert count(engine) == 1


def test_patient_writers_do_not_hurry_each_other(engine: Engine) -> None:
    patient = engine.execution_options(garland_patient=True)
    with engine.connect() as connection:
        connection.begin()
        with meanwhile(lambda: write(patient)):
            told = is_told(connection, within_s=0.3)
            connection.rollback()

    assert not told
    assert count(engine) == 1


def test_a_patient_writer_that_waits_for_another_process_holds_up_no_thread_of_its_own(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_turns, "PATIENCE_S", WITHIN_S)
    patient = engine.execution_options(garland_patient=True)
    with somebody_waits(engine) as no_more:
        waiting = threading.Thread(target=write, args=(patient,))
        waiting.start()
        time.sleep(0.1)  # it asks by now
        write(engine, 2)
        written = count(engine)
        no_more()
        waiting.join(WITHIN_S)

    assert (written, count(engine)) == (1, 2)


def test_many_threads_write_one_after_the_other(engine: Engine) -> None:
    def write_often() -> None:
        for _ in range(20):
            write(engine)

    threads = [threading.Thread(target=write_often) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WITHIN_S)

    assert count(engine) == 200


def test_a_transaction_that_failed_passes_its_turn_on(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin():
        _ = 1 / 0
    connection = engine.connect()
    connection.begin()
    connection.close()

    write(engine)

    assert count(engine) == 1


def test_whoever_reads_waits_for_nobody(engine: Engine) -> None:
    write(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO note VALUES (3)"))
        seen = count(engine)

    assert seen == 1
