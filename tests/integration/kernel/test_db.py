"""Which failures of a statement pass: told from what the real databases say."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from kernel.db import is_transient, make_engine


def test_a_row_that_another_holds_for_too_long_is_a_failure_that_passes(engine: Engine) -> None:
    is_sqlite = engine.dialect.name == "sqlite"
    lock = "DELETE FROM lease" if is_sqlite else "LOCK TABLE lease"
    impatient = "PRAGMA busy_timeout = 1" if is_sqlite else "SET lock_timeout = '20ms'"
    other = make_engine(engine.url.render_as_string(hide_password=False))
    patient = engine.execution_options(garland_read_only=True)  # takes no lock at its beginning
    with other.connect() as holder, patient.connect() as waiter:
        holder.execute(text(lock))
        waiter.execute(text(impatient))
        with pytest.raises(DBAPIError) as caught:
            waiter.execute(text("DELETE FROM lease"))
    other.dispose()

    assert is_transient(caught.value)


def test_what_a_statement_carried_is_not_in_its_error(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": "s3cret"})

    assert "s3cret" not in str(caught.value)


def test_a_statement_that_is_wrong_stays_wrong(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT nothing FROM nowhere"))

    assert not is_transient(caught.value)
