"""The database where it is a file of SQLite, read before SQLAlchemy is imported, which takes a third of a second."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SQLITE = "sqlite:///"
_PROJECT = Path(__file__).resolve().parents[3]
# Beside the application; where the package is installed apart from it, in the folder that the server is started in.
DEFAULT_PATH = (_PROJECT if (_PROJECT / "app.py").is_file() else Path.cwd()) / "data" / "explorer.db"


def has_descriptions(address: str) -> bool | None:
    """Whether any description is kept; None where that is not known: there is no such file or table, or another database.

    address: EXPLORER_DATABASE, empty for the file that is used where it is not set.
    """
    path = _path_of(address)
    if path is None:
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM descriptions LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return None


def folder_of(address: str) -> Path:
    """The folder that holds the file; where the database is none, that of the file which would be used otherwise."""
    return (_path_of(address) or DEFAULT_PATH).parent


def _path_of(address: str) -> Path | None:
    if not address:
        return DEFAULT_PATH
    if not address.startswith(SQLITE) or "?" in address:
        return None
    return Path(address.removeprefix(SQLITE))
