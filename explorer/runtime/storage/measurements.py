"""What pairs of the table “Who can?” came to that do not ship with the project, kept in the database."""

from __future__ import annotations

import json
from contextlib import suppress

import sqlalchemy as sql

from explorer.catalog.who_can import Measured
from explorer.runtime.storage.database import TABLES, Database

# loss: NULL where it was no longer a finite number. versions: JSON, by name.
_MEASUREMENTS = sql.Table(
    "measurements",
    TABLES,
    sql.Column("key", sql.String(64), primary_key=True),
    sql.Column("architecture", sql.String(128), nullable=False),
    sql.Column("task", sql.String(128), nullable=False),
    sql.Column("loss", sql.Double, nullable=True),
    sql.Column("epochs", sql.Integer, nullable=False),
    sql.Column("day", sql.String(10), nullable=False),
    sql.Column("versions", sql.Text, nullable=False),
)


class Measurements:
    """May be used from any thread. Raises `database_errors.DatabaseUnavailable` as the store does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Measured]:
        """Every measurement that was kept, by key; of entries too that have changed since."""
        with self._database.transaction() as connection:
            rows = connection.execute(_MEASUREMENTS.select()).all()
        found = [
            Measured(row.key, row.architecture, row.task, row.loss, row.epochs, row.day, json.loads(row.versions))
            for row in rows
        ]
        return {each.key: each for each in found}

    def keep(self, measured: Measured) -> None:
        """Keep a measurement; of one that is there already the newer one."""
        values = {name: getattr(measured, name) for name in ("key", "architecture", "task", "loss", "epochs", "day")}
        # Another server may have measured it at the same time: then that one is kept.
        with suppress(sql.exc.IntegrityError), self._database.transaction() as connection:
            connection.execute(_MEASUREMENTS.delete().where(_MEASUREMENTS.c.key == measured.key))
            connection.execute(_MEASUREMENTS.insert().values(values | {"versions": json.dumps(dict(measured.versions))}))
