"""An error of the database as a sentence: locked, full, read-only, damaged, gone.

The sentences are for visitors: they name no file, no address and no user of this machine.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sql

LOCKED = "The database is locked by another program."
FULL = "The disk that holds the database is full."
FAILS = "The disk that holds the database is full, or it fails."
READ_ONLY = "The database cannot be written to: it is read-only."
CANNOT_OPEN = "The database file cannot be opened."
DAMAGED = "The database file is damaged, or is no database."
FOREIGN = "The database belongs to another program: it has a table with a name that is used here, but with other columns."
NO_ANSWER = "The database does not answer."

# SQLite's primary result codes, https://sqlite.org/rescode.html.
_BY_SQLITE_CODE = {
    3: CANNOT_OPEN,  # PERM
    5: LOCKED,  # BUSY
    6: LOCKED,  # LOCKED
    8: READ_ONLY,  # READONLY
    10: FAILS,  # IOERR
    11: DAMAGED,  # CORRUPT
    13: FULL,  # FULL
    14: CANNOT_OPEN,  # CANTOPEN
    26: DAMAGED,  # NOTADB
}
# PostgreSQL's codes, https://www.postgresql.org/docs/current/errcodes-appendix.html. Whatever else comes of it is an
# answer that did not come.
_BY_SQLSTATE = {
    "25006": READ_ONLY,  # read_only_sql_transaction
    "40001": LOCKED,  # serialization_failure
    "40P01": LOCKED,  # deadlock_detected
    "53100": FULL,  # disk_full
    "55P03": LOCKED,  # lock_not_available
}
_NOT_OURS = (sql.exc.IntegrityError, sql.exc.ProgrammingError, sql.exc.DataError, sql.exc.NotSupportedError)


class DatabaseUnavailable(Exception):
    """The database cannot do now what was asked of it; it may later. The text is a sentence for the reader."""


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Raise DatabaseUnavailable for every error that is the database's and not the caller's."""
    try:
        yield
    except _NOT_OURS:
        raise
    except sql.exc.DBAPIError as error:
        raise DatabaseUnavailable(_sentence(error.orig)) from error
    except sql.exc.TimeoutError as error:
        raise DatabaseUnavailable(NO_ANSWER) from error
    except sqlite3.Error as error:
        raise DatabaseUnavailable(_sentence(error)) from error
    except OSError as error:
        said = {errno.ENOSPC: FULL, errno.EROFS: READ_ONLY}.get(error.errno or 0, CANNOT_OPEN)
        raise DatabaseUnavailable(said) from error


def _sentence(error: BaseException | None) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _BY_SQLITE_CODE.get(code & 0xFF, NO_ANSWER)
    return _BY_SQLSTATE.get(getattr(error, "sqlstate", None) or "", NO_ANSWER)
