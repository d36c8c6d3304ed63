"""The tables of runs, their states, frames and tensors, and of rooms; how older rows are brought up to date."""

from __future__ import annotations

import time

import sqlalchemy as sql

from explorer.runtime.storage.database import TABLES
from explorer.runtime.storage.records import owner_of

# What a row takes beside its outputs, about.
BYTES_OF_A_FRAME = 120

RUNS = sql.Table(
    "runs",
    TABLES,
    sql.Column("id", sql.String(32), primary_key=True),
    sql.Column("owner", sql.String(64), nullable=False, index=True),
    sql.Column("experiment", sql.Text, nullable=False),
    sql.Column("state", sql.String(16), nullable=False, index=True),
    sql.Column("reason", sql.Text, nullable=False, default=""),
    sql.Column("held", sql.String(16), nullable=False, default=""),
    sql.Column("epoch", sql.Integer, nullable=False, default=0),
    sql.Column("created", sql.Float, nullable=False),
    # These came later: a database of before gets them with the values that stand here.
    sql.Column("server", sql.String(96), nullable=False, default="", server_default=""),
    sql.Column("lease", sql.Double, nullable=False, default=0.0, server_default="0"),
    sql.Column("opened", sql.Double, nullable=False, default=0.0, server_default="0", index=True),
    sql.Column("kept", sql.Integer, nullable=False, default=0, server_default="0"),
    sql.Column("bytes", sql.BigInteger, nullable=False, default=0, server_default="0"),
)
STATES = sql.Table(
    "states",
    TABLES,
    sql.Column("run", sql.String(32), sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("epoch", sql.Integer, nullable=False),
    sql.Column("state", sql.LargeBinary(2**31), nullable=False),
)
FRAMES = sql.Table(
    "frames",
    TABLES,
    sql.Column("run", sql.String(32), sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("epoch", sql.Integer, primary_key=True),
    sql.Column("loss", sql.Double, nullable=True),
    sql.Column("val_loss", sql.Double, nullable=True),
    sql.Column("accuracy", sql.Double, nullable=True),
    sql.Column("val_accuracy", sql.Double, nullable=True),
    sql.Column("own_accuracy", sql.Double, nullable=True),
    sql.Column("decoded", sql.LargeBinary(2**20), nullable=True),
    sql.Column("shape", sql.String(64), nullable=False),
    sql.Column("outputs", sql.LargeBinary(2**31), nullable=False),
)
KEY_FRAMES = sql.Table(
    "key_frames",
    TABLES,
    sql.Column("run", sql.String(32), sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("epoch", sql.Integer, primary_key=True),
    sql.Column("state", sql.LargeBinary(2**31), nullable=False),
)
TENSORS = sql.Table(
    "tensors",
    TABLES,
    sql.Column("run", sql.String(32), sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("sequence", sql.Integer, primary_key=True),
    sql.Column("epoch", sql.Integer, primary_key=True),
    sql.Column("numbers", sql.LargeBinary(2**31), nullable=False),
)
# opened, ended, seen: seconds since 1970; ended is 0 while a room is open. version: another one after every change.
ROOMS = sql.Table(
    "rooms",
    TABLES,
    sql.Column("code", sql.String(8), primary_key=True),
    sql.Column("owner", sql.String(64), nullable=False, index=True),
    sql.Column("host", sql.String(32), nullable=False),
    sql.Column("opened", sql.Double, nullable=False),
    sql.Column("ended", sql.Double, nullable=False),
    sql.Column("seen", sql.Double, nullable=False),
    sql.Column("version", sql.Integer, nullable=False),
    sql.Column("calls", sql.Integer, nullable=False),
    sql.Column("address", sql.Text, nullable=False),
)
ROOM_MEMBERS = sql.Table(
    "room_members",
    TABLES,
    sql.Column("room", sql.String(8), primary_key=True),
    sql.Column("member", sql.String(32), primary_key=True),
    sql.Column("seen", sql.Double, nullable=False),
)
ROOM_ANSWERS = sql.Table(
    "room_answers",
    TABLES,
    sql.Column("room", sql.String(8), primary_key=True),
    sql.Column("question", sql.String(80), primary_key=True),
    sql.Column("member", sql.String(32), primary_key=True),
    sql.Column("choice", sql.Integer, nullable=False),
)


def upgrade(connection: sql.Connection) -> None:
    """Bring rows of an older version up to date: owners stood there in clear, and no size was counted."""
    clear = sql.select(RUNS.c.owner).where(sql.func.length(RUNS.c.owner) != 64).distinct()
    for owner in connection.execute(clear).scalars().all():
        connection.execute(RUNS.update().where(RUNS.c.owner == owner).values(owner=owner_of(owner)))
    connection.execute(RUNS.update().where(RUNS.c.opened == 0).values(opened=time.time()))
    total = sql.select(sql.func.sum(sql.func.length(FRAMES.c.outputs) + BYTES_OF_A_FRAME))
    frames = total.where(FRAMES.c.run == RUNS.c.id).scalar_subquery()
    states = sql.select(sql.func.length(STATES.c.state)).where(STATES.c.run == RUNS.c.id).scalar_subquery()
    size = sql.func.length(RUNS.c.experiment) + sql.func.coalesce(frames, 0) + sql.func.coalesce(states, 0)
    connection.execute(RUNS.update().where(RUNS.c.bytes == 0).values(bytes=size))
