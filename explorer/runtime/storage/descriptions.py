"""Descriptions of models, kept in the database: shapes that were ever seen are painted before a worker is up.

They belong to the versions of this package's code, of Keras and of TensorFlow: what another version described is not
used, and goes in time.
"""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from explorer.experiment import Experiment
from explorer.runtime.storage.database import TABLES, Database

# A description takes some ten kilobytes: these are some thousand models.
MOST_BYTES = 64 * 2**20
SECONDS_BETWEEN_USES = 3600.0

_DESCRIPTIONS = sql.Table(
    "descriptions",
    TABLES,
    sql.Column("key", sql.String(64), primary_key=True),
    sql.Column("versions", sql.String(64), nullable=False),
    sql.Column("body", sql.LargeBinary(2**31), nullable=False),
    sql.Column("bytes", sql.Integer, nullable=False),
    sql.Column("used", sql.Double, nullable=False, index=True),
)


def model_key(experiment: Experiment) -> str:
    """Experiments with the same key have the same model and probe: what does not change them must not build them again."""
    return replace(experiment, samples=32, batch=1, epochs=1, learning_rate=1.0).key


class Descriptions:
    """May be used from any thread. Raises `database_errors.DatabaseUnavailable` as the store does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, key: str) -> dict[str, Any] | None:
        """What was described under this key by the same versions; None where nothing was."""
        mine = (_DESCRIPTIONS.c.key == _short(key)) & (_DESCRIPTIONS.c.versions == versions())
        now = time.time()
        with self._database.transaction() as connection:
            row = connection.execute(sql.select(_DESCRIPTIONS.c.body, _DESCRIPTIONS.c.used).where(mine)).first()
            if row is not None and row.used < now - SECONDS_BETWEEN_USES:
                connection.execute(_DESCRIPTIONS.update().where(mine).values(used=now))
        return None if row is None else json.loads(zlib.decompress(row.body))

    def count(self) -> int:
        """How many descriptions there are, of any version."""
        with self._database.transaction() as connection:
            return int(connection.execute(sql.select(sql.func.count()).select_from(_DESCRIPTIONS)).scalar() or 0)

    def keep(self, key: str, description: dict[str, Any]) -> None:
        """Keep a description, and delete those that were used longest ago where they take too much room."""
        body = zlib.compress(json.dumps(description, separators=(",", ":")).encode())
        short = _short(key)
        row = {"key": short, "versions": versions(), "body": body, "bytes": len(body), "used": time.time()}
        with self._database.transaction() as connection:
            connection.execute(_DESCRIPTIONS.delete().where(_DESCRIPTIONS.c.key == short))
            connection.execute(_DESCRIPTIONS.insert().values(row))
            size = int(connection.execute(sql.select(sql.func.sum(_DESCRIPTIONS.c.bytes))).scalar() or 0)
            if size > MOST_BYTES:
                oldest = sql.select(_DESCRIPTIONS.c.key, _DESCRIPTIONS.c.bytes).order_by(_DESCRIPTIONS.c.used)
                for old in connection.execute(oldest).all():
                    if size <= 0.9 * MOST_BYTES:
                        break
                    connection.execute(_DESCRIPTIONS.delete().where(_DESCRIPTIONS.c.key == old.key))
                    size -= old.bytes


@cache
def versions() -> str:
    """What a description depends on beside its experiment, as a SHA-256: this package's code, Keras and TensorFlow."""
    package = Path(__file__).resolve().parents[2]
    found = hashlib.sha256()
    for name in ("keras", "tensorflow", "numpy"):
        found.update(f"{name} {version(name)}\n".encode())
    for path in sorted(package.rglob("*.py")):
        if "ui" not in path.relative_to(package).parts:
            found.update(f"{path.relative_to(package).as_posix()}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
