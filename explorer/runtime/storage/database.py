"""The database at an address: its connections, its tables brought up to date, and its errors as sentences.

An error of the database (locked, full, read-only, gone) reaches the rest of the package as `DatabaseUnavailable`, whose
text is a sentence (`database_errors`). A SQLite file that was deleted while it is in use is written anew from the
connections that still hold it, so that nothing is lost.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sql

from explorer.runtime.storage.database_errors import CANNOT_OPEN, FOREIGN, DatabaseUnavailable, errors_as_sentences
from explorer.runtime.storage.database_url import SECONDS_FOR_A_CONNECTION, checked_url, is_file, with_timeout

_LOG = logging.getLogger(__name__)
# Every table of this application, by the files that know them.
TABLES = sql.MetaData()

# A page and the engine wait so long for somebody else's lock. Our own writes take milliseconds.
SECONDS_FOR_A_LOCK = 1.0
# More threads than ask at once: a stream of events and a page each ask in a thread of their own.
CONNECTIONS = 40
TRIES_TO_PUT_BACK = 5
LARGEST_WRITE_AHEAD_LOG = 64 * 2**20
OWNER_ONLY = 0o600
# PostgreSQL's number for the lock under which one server at a time brings the tables up to date: any, and always the same.
TABLES_LOCK = 20_261_128


class Database:
    """One database. It is opened, and its tables are made or brought up to date, with the first transaction.

    url: a SQLAlchemy address. tables: what must be there. upgrade: called in the transaction that brings the tables up to
    date, after missing tables and columns were added. Raises ValueError with a sentence for what is no such address.
    """

    def __init__(self, url: str, tables: sql.MetaData, upgrade: Callable[[sql.Connection], None]) -> None:
        self._url = checked_url(url)
        self._tables = tables
        self._upgrade = upgrade
        self._opening = threading.Lock()
        self._engine: sql.Engine | None = None
        self._file = _File(Path(self._url.database or "").absolute()) if is_file(self._url) else None

    @property
    def address(self) -> str:
        """Where it is, its password left out."""
        return self._url.render_as_string(hide_password=True)

    def close(self) -> None:
        if self._engine is not None:
            # A file that was deleted after the last transaction is put back by this one.
            with suppress(DatabaseUnavailable), self.transaction():
                pass
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None
            if self._file is not None:
                self._file.close()

    @contextmanager
    def transaction(self) -> Iterator[sql.Connection]:
        """A transaction, committed at its end. Raises DatabaseUnavailable."""
        with errors_as_sentences():
            engine = self._ready()
            if self._file is None:
                with engine.begin() as connection:
                    yield connection
                return
            with self._file.in_use(engine, self._prepare), engine.begin() as connection:
                yield connection

    def _ready(self) -> sql.Engine:
        if self._engine is not None:
            return self._engine
        with self._opening:
            if self._engine is None:
                self._engine = self._opened()
            return self._engine

    def _opened(self) -> sql.Engine:
        if self._file is None:
            engine = sql.create_engine(
                with_timeout(self._url),
                pool_pre_ping=True,
                pool_size=CONNECTIONS,
                pool_timeout=SECONDS_FOR_A_CONNECTION,
            )
        else:
            engine = sql.create_engine(
                "sqlite://",
                creator=self._file.connect,
                poolclass=sql.pool.QueuePool,
                pool_size=CONNECTIONS,
                pool_timeout=SECONDS_FOR_A_CONNECTION,
            )
        try:
            if self._file is not None:
                self._file.open()
            self._prepare(engine)
            if self._file is not None:
                self._file.protect()
        except BaseException:
            engine.dispose()
            # All connections of a process share what the first one may do: one that stayed open on a read-only disk would
            # keep those that are opened later from writing.
            if self._file is not None:
                self._file.close()
            raise
        return engine

    def _prepare(self, engine: sql.Engine) -> None:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(TABLES_LOCK)))
            self._refuse_foreign(connection)
            self._tables.create_all(connection)
            self._add_columns(connection)
            self._upgrade(connection)

    def _refuse_foreign(self, connection: sql.Connection) -> None:
        """Raise DatabaseUnavailable, before anything is written, where a table is not one that this application has made."""
        inspector = sql.inspect(connection)
        there = set(inspector.get_table_names())
        for table in self._tables.sorted_tables:
            if table.name in there:
                known = {column["name"] for column in inspector.get_columns(table.name)}
                # Columns that came later may be missing: they can be added to rows that are there.
                first = {each.name for each in table.columns if not each.nullable and each.server_default is None}
                if not first <= known:
                    raise DatabaseUnavailable(FOREIGN)

    def _add_columns(self, connection: sql.Connection) -> None:
        """Add to tables of an older version the columns that they lack."""
        inspector = sql.inspect(connection)
        for table in self._tables.sorted_tables:
            known = {column["name"] for column in inspector.get_columns(table.name)}
            for column in table.columns:
                if column.name not in known:
                    written = sql.schema.CreateColumn(column).compile(dialect=connection.dialect)
                    connection.execute(sql.text(f"ALTER TABLE {table.name} ADD COLUMN {written}"))
            for index in table.indexes:
                index.create(connection, checkfirst=True)


class _File:
    """A SQLite file in use: guarded against being deleted or replaced under its connections."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keeper: sqlite3.Connection | None = None
        # The file and its write-ahead log, as the keeper has them open.
        self._identity: tuple[int, int] | None = None
        self._log_identity: tuple[int, int] | None = None
        self._users = 0
        self._is_prepared = True
        self._condition = threading.Condition()

    def open(self) -> None:
        """Make the file where there is none, readable by its owner alone: it holds whose runs are whose."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists() and not (self._path.is_file() or self._path.is_dir()):
            # SQLite would read from a pipe for ever, and take a device for a disk that fails.
            raise DatabaseUnavailable(CANNOT_OPEN) from OSError(f"{self._path} is no file")
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
        self._keep()

    def protect(self) -> None:
        """Let nobody but its owner read the file. A setting may name any file of the machine: only a database of this
        application is ours to change."""
        with suppress(OSError):
            if stat.S_IMODE(self._path.stat().st_mode) & 0o077:
                self._path.chmod(OWNER_ONLY)

    def close(self) -> None:
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def connect(self) -> sqlite3.Connection:
        """A new connection; never to a file that it would have to make first."""
        address = f"file:{quote(str(self._path))}?mode=rw"
        connection = sqlite3.connect(address, timeout=SECONDS_FOR_A_LOCK, uri=True, check_same_thread=False)
        # NORMAL may lose the last transactions when the power fails, never when the process is killed, and never leaves
        # half of one.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA journal_size_limit={LARGEST_WRITE_AHEAD_LOG}")
        return connection

    @contextmanager
    def in_use(self, engine: sql.Engine, prepare: Callable[[sql.Engine], None]) -> Iterator[None]:
        """While this is held, the file is the one at its path. prepare: makes the tables of a file that came instead."""
        with self._condition:
            if self._identity != _identity(self._path) or not self._is_prepared:
                # No transaction may end in the old file after it was copied.
                self._condition.wait_for(lambda: not self._users, SECONDS_FOR_A_CONNECTION)
                if self._users:
                    raise DatabaseUnavailable(CANNOT_OPEN)
                tries = TRIES_TO_PUT_BACK
                while self._identity != _identity(self._path):
                    tries -= 1
                    # What it held is still in the connection of before: deleted once more, it is written once more.
                    with suppress(*([DatabaseUnavailable, sqlite3.Error] if tries else [])):
                        self._put_back()
                        engine.dispose()
                        self._is_prepared = False
                if not self._is_prepared:
                    prepare(engine)
                    self._is_prepared = True
            self._users += 1
        try:
            yield
        finally:
            with self._condition:
                self._users -= 1
                self._condition.notify_all()

    def _keep(self) -> None:
        """Keep a connection open for as long as the file is used: through it a deleted file can still be copied.

        The one of before is let go only when the new one is there. Raises DatabaseUnavailable where the file was deleted
        or replaced meanwhile.
        """
        found = _identity(self._path)
        keeper = self.connect()
        try:
            # In WAL mode readers do not wait for the writer. It is a property of the file and stays.
            keeper.execute("PRAGMA journal_mode=WAL")
            # Reading opens the write-ahead log, which is deleted with the file.
            keeper.execute("SELECT count(*) FROM sqlite_master").fetchone()
            log = _identity(self._beside("-wal"))
            if found is None or found != _identity(self._path):
                raise DatabaseUnavailable(CANNOT_OPEN)
        except BaseException:
            keeper.close()
            raise
        if self._keeper is not None:
            self._keeper.close()
        self._keeper, self._identity, self._log_identity = keeper, found, log

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _put_back(self) -> None:
        if self._keeper is None:
            raise DatabaseUnavailable(CANNOT_OPEN)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replaced = _identity(self._path) is not None
        name = f"{self._path.name}.{'before' if replaced else 'restored'}-{time.time_ns()}"
        copy = self._path.with_name(name)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
        try:
            with sqlite3.connect(copy) as target:
                self._keeper.backup(target)
            target.close()
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        # A log that is left beside it belongs to the file of before, and SQLite would apply it to the new one.
        if _identity(self._beside("-wal")) == self._log_identity:
            for suffix in ("-wal", "-shm"):
                self._beside(suffix).unlink(missing_ok=True)
        if replaced:
            _LOG.warning("The database file was replaced by another. What it held is kept in %s.", copy.name)
        else:
            os.replace(copy, self._path)
            _LOG.warning("The database file was deleted while it was in use. It was written anew, with all that it held.")
        self._keep()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a path: another one at the same path has another identity. None: there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
