"""Copies of a PostgreSQL database, by its own pg_dump and pg_restore.

A dump is of one snapshot, which the look at the migration shares. It goes back in one transaction
that first drops what is there, so until its commit everything is as before.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from sqlalchemy.engine import make_url

from garland.backup.manifest import BackupError

Connection = psycopg.Connection[TupleRow]
_LEFT_OUT = (" SCHEMA - ", " COMMENT - SCHEMA ", " ACL ", " POLICY ", " ROW SECURITY ")
"""Lines of a dump's contents: who may do what is of the server, and made anew by `db upgrade`."""
_DROP_ALL = """
BEGIN;
SET LOCAL lock_timeout = '20s';
SET LOCAL client_min_messages = warning;
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT c.oid::regclass AS name, c.relkind AS kind FROM pg_class c
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r','p','v')
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  LOOP
    IF to_regclass(one.name::text) IS NOT NULL THEN
      EXECUTE format('DROP %s %s CASCADE', CASE one.kind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                     one.name);
    END IF;
  END LOOP;
  FOR one IN SELECT c.oid::regclass AS name FROM pg_class c
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'S'
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP SEQUENCE %s CASCADE', one.name); END LOOP;
  FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
             WHERE p.pronamespace = current_schema()::regnamespace
             AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE format('DROP ROUTINE %s CASCADE', one.name); END LOOP;
END $$;
"""
_MARK = "COMMENT ON TABLE {}.alembic_version IS 'restored from {}';\nCOMMIT;\n"


def dump(database_url: str, target: Path) -> str:
    """Write a dump of the database as it is now, and give the migration it is at.

    Raises:
        BackupError: if pg_dump is not installed, too old for the server, or fails.
    """
    program = _program("pg_dump")
    with connected(database_url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        schema = _one(connection, "SELECT current_schema()")
        if _one(connection, "SELECT to_regclass('alembic_version')") is None:
            raise BackupError("The database was never set up: run `garland db upgrade` first.")
        head = _one(connection, "SELECT version_num FROM alembic_version")
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--schema={schema}")
        where = ("--file", str(target), f"--snapshot={snapshot}")
        _run([program, *options, *where, _place(database_url)], database_url)
    return str(head)


def check(dumped: Path) -> None:
    """Look whether a dump can be read, where pg_restore is installed.

    Raises:
        BackupError: if it cannot.
    """
    if shutil.which("pg_restore"):
        _run([_program("pg_restore"), "--list", str(dumped)], None)


def has_content(database_url: str) -> bool:
    """Tell whether a database holds any organisation or person."""
    with connected(database_url) as connection:
        for table in ("organisation", "person"):
            is_there = _one(connection, f"SELECT to_regclass('{table}')") is not None
            if is_there and _one(connection, f"SELECT EXISTS (SELECT FROM {table})"):  # noqa: S608
                return True
    return False


def others(database_url: str) -> int:
    """Count who else is connected to the database."""
    with connected(database_url) as connection:
        return int(
            _one(
                connection,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
            )
        )


def size_bytes(database_url: str) -> int:
    """Tell how large the database is."""
    with connected(database_url) as connection:
        return int(_one(connection, "SELECT pg_database_size(current_database())"))


def restore(database_url: str, dumped: Path, restore_id: str) -> None:
    """Put a dump in the place of everything that is there, in one transaction.

    Args:
        database_url: The database.
        dumped: The dump.
        restore_id: What `restored_from` answers once this is committed, and not before.

    Raises:
        BackupError: if it fails: then everything is as before.
    """
    contents = _run([_program("pg_restore"), "--list", str(dumped)], None)
    with connected(database_url) as connection:
        schema = _one(connection, "SELECT quote_ident(current_schema())")
    chosen = dumped.with_suffix(".contents")
    lines = contents.decode().splitlines()
    kept = (line for line in lines if not any(word in line for word in _LEFT_OUT))
    chosen.write_text("\n".join(kept) + "\n", encoding="utf-8")
    psql = [_program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", _place(database_url)]
    reading = [_program("pg_restore"), "--no-owner", "--no-privileges", "-f", "-"]
    with (
        subprocess.Popen(  # noqa: S603  a program of PostgreSQL's, by its whole path
            psql,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(database_url),
        ) as writer,
        subprocess.Popen(  # noqa: S603  as above
            [*reading, "-L", str(chosen), str(dumped)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reader,
    ):
        _carry(reader, writer, _MARK.format(schema, restore_id))
        told = writer.stderr.read() if writer.stderr else b""
    if writer.returncode or reader.returncode:
        raise BackupError(f"PostgreSQL did not take the backup: {_last_line(told)}.")


def restored_from(database_url: str) -> str:
    """Give the id of the restore that was committed last; "" for none."""
    with connected(database_url) as connection:
        told = _one(connection, "SELECT obj_description(to_regclass('alembic_version'))")
    return str(told or "").removeprefix("restored from ")


def _carry(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], mark: str) -> None:
    """Hand a script over; its COMMIT only once all of it was read without an error."""
    target, source = _pipe(writer.stdin), _pipe(reader.stdout)
    try:
        target.write(_DROP_ALL.encode())
        shutil.copyfileobj(source, target)
        if reader.wait() == 0:
            target.write(mark.encode())
    except BrokenPipeError:
        reader.kill()
    finally:
        try:
            target.close()
        except BrokenPipeError:
            reader.kill()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise BackupError("A program of PostgreSQL was started without a pipe.")
    return end


@contextmanager
def connected(database_url: str) -> Iterator[Connection]:
    """Open the database as whoever the address names.

    Raises:
        BackupError: if it does not answer, or refuses a statement.
    """
    url = make_url(database_url)
    try:
        with psycopg.connect(_place(database_url), password=url.password, autocommit=True) as one:
            yield one
    except psycopg.Error as error:
        raise BackupError(f"The database refuses: {_last_line(str(error).encode())}.") from None


def _place(database_url: str) -> str:
    """Give the address as PostgreSQL's programs take it, without the password: others see it."""
    url = make_url(database_url)
    named = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    return make_conninfo("", **{name: value for name, value in {**named, **query}.items() if value})


def _environment(database_url: str) -> dict[str, str]:
    password = make_url(database_url).password
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def _run(command: list[str], database_url: str | None) -> bytes:
    environment = _environment(database_url) if database_url else None
    done = subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {_last_line(done.stderr)}.")
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"{name} is not installed here: install PostgreSQL's client programs, of the server's "
            "version or newer (on Debian: apt-get install postgresql-client)."
        )
    return found


def _one(connection: Connection, statement: Any) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row is not None else None


def _last_line(text: bytes) -> str:
    lines = [line for line in text.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "error" in line]
    return (errors or lines or ["no reason was given"])[0].strip().rstrip(".")
