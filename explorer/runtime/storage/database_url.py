"""The address of the database: EXPLORER_DATABASE, as SQLAlchemy reads it."""

from __future__ import annotations

import re

import sqlalchemy as sql

SECONDS_FOR_A_CONNECTION = 5.0


def checked_url(text: str) -> sql.URL:
    """The address, of a database that this program can use. Raises ValueError with a sentence for any other."""
    example = "such as sqlite:///data/explorer.db or postgresql://user@host/name"
    try:
        url = sql.make_url(text)
        dialect = url.get_dialect()
    except (sql.exc.ArgumentError, ValueError):  # the latter for a port that is no number
        received = re.sub(r":[^:@/]*@", ":***@", text)[:40]
        raise ValueError(f"EXPLORER_DATABASE must be a SQLAlchemy address {example}. Received: {received!r}") from None
    shown = url.render_as_string(hide_password=True)[:80]
    if dialect.is_async or (url.get_backend_name() == "sqlite" and not is_file(url)):
        what = "a driver that is asynchronous" if dialect.is_async else "memory, which every connection has of its own"
        raise ValueError(f"EXPLORER_DATABASE asks for {what}: name an address {example}. Received: {shown!r}")
    try:
        dialect.import_dbapi()
    except ImportError:
        todo = "run pip install with the name of the package that brings it"
        if url.get_backend_name() == "postgresql":
            todo = "run pip install '.[postgres]' in this project's folder, begin the address with postgresql://"
        raise ValueError(
            f"EXPLORER_DATABASE is {shown!r}, but its driver {dialect.driver} is not installed: {todo}, or unset it to "
            "use a file here."
        ) from None
    return url


def with_timeout(url: sql.URL) -> sql.URL:
    """The address, with a bound on how long a connection is waited for where the driver knows that word."""
    if url.get_dialect().driver in ("psycopg", "psycopg2") and "connect_timeout" not in url.query:
        return url.update_query_dict({"connect_timeout": f"{SECONDS_FOR_A_CONNECTION:.0f}"})
    return url


def is_file(url: sql.URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
