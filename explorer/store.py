"""Runs, their last state and their frames, in SQL; nothing that was stored is ever deleted.

SQLite beside the application by default; another database by its SQLAlchemy address in EXPLORER_DATABASE.
"""

from __future__ import annotations

import json
import math
import os
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sql

from explorer.spec import ENDED, Experiment, Frame

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "data" / "explorer.db"

_TABLES = sql.MetaData()
_RUNS = sql.Table(
    "runs",
    _TABLES,
    sql.Column("id", sql.String(32), primary_key=True),
    sql.Column("owner", sql.String(64), nullable=False, index=True),
    sql.Column("experiment", sql.Text, nullable=False),
    sql.Column("state", sql.String(16), nullable=False),
    sql.Column("reason", sql.Text, nullable=False, default=""),
    sql.Column("held", sql.String(16), nullable=False, default=""),
    sql.Column("epoch", sql.Integer, nullable=False, default=0),
    sql.Column("created", sql.Float, nullable=False),
)
_STATES = sql.Table(
    "states",
    _TABLES,
    sql.Column("run", sql.String(32), sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("epoch", sql.Integer, nullable=False),
    sql.Column("state", sql.LargeBinary(2**31), nullable=False),
)
_FRAMES = sql.Table(
    "frames",
    _TABLES,
    sql.Column("run", sql.String(32), sql.ForeignKey("runs.id"), primary_key=True),
    sql.Column("epoch", sql.Integer, primary_key=True),
    sql.Column("loss", sql.Double, nullable=True),
    sql.Column("val_loss", sql.Double, nullable=True),
    sql.Column("accuracy", sql.Double, nullable=True),
    sql.Column("val_accuracy", sql.Double, nullable=True),
    sql.Column("shape", sql.String(64), nullable=False),
    sql.Column("outputs", sql.LargeBinary(2**31), nullable=False),
)


@dataclass(frozen=True)
class Run:
    """A run as it stands in the store.

    state: one of `explorer.spec.STATES`. reason: a sentence for the reader, or empty.
    held: why the application itself paused it ("restart", "unwatched", or empty): such a run goes on when its owner
    opens it, one that the owner paused does not.
    """

    id: str
    owner: str
    experiment: Experiment
    state: str
    reason: str
    held: str
    epoch: int

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class StoredFrame:
    """A frame as it stands in the store.

    A loss that was not finite is None. outputs: (sequences, timesteps, outputs) float16, as bytes in row-major order,
    little-endian: what the page draws needs no more, and the losses are kept whole.
    """

    epoch: int
    loss: float | None
    val_loss: float | None
    accuracy: float | None
    val_accuracy: float | None
    shape: tuple[int, int, int]
    outputs: bytes

    @property
    def array(self) -> np.ndarray:
        """The probe's outputs, (sequences, timesteps, outputs) float32."""
        return np.frombuffer(self.outputs, "<f2").reshape(self.shape).astype(np.float32)


class Store:
    """The one way to the database. Every method is one transaction; all may be called from any thread."""

    def __init__(self, url: str | None = None) -> None:
        url = url or os.environ.get("EXPLORER_DATABASE") or f"sqlite:///{DEFAULT_PATH}"
        address = sql.make_url(url)
        self._sqlite = address.get_backend_name() == "sqlite"
        if self._sqlite and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        self._engine = sql.create_engine(address, connect_args={"timeout": 30} if self._sqlite else {})
        if self._sqlite:
            sql.event.listen(self._engine, "connect", _write_ahead)
        _TABLES.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def add_run(self, run: Run) -> None:
        values = {name: getattr(run, name) for name in ("id", "owner", "state", "reason", "held", "epoch")}
        values |= {"experiment": json.dumps(run.experiment.to_dict()), "created": time.time()}
        with self._transaction() as connection:
            connection.execute(_RUNS.insert().values(values))

    def run(self, run_id: str) -> Run | None:
        with self._transaction() as connection:
            row = connection.execute(_RUNS.select().where(_RUNS.c.id == run_id)).first()
        return None if row is None else _run_of(row)

    def set_state(self, run_id: str, state: str, reason: str = "", held: str = "") -> None:
        with self._transaction() as connection:
            connection.execute(_RUNS.update().where(_RUNS.c.id == run_id).values(state=state, reason=reason, held=held))

    def hold_unfinished(self) -> int:
        """Mark the runs that a dead server left running: their owner's next visit lets them go on. Returns how many."""
        values = {"state": "paused", "held": "restart", "reason": "The server was started again; the run can go on."}
        with self._transaction() as connection:
            found = connection.execute(_RUNS.update().where(_RUNS.c.state.in_(("running", "queued"))).values(**values))
        return found.rowcount

    def add_chunk(
        self,
        run_id: str,
        epoch: int,
        state: bytes,
        frames: Sequence[Frame],
        run_state: str,
        reason: str = "",
        held: str = "",
    ) -> None:
        """Keep what a chunk brought, all or nothing: its frames, and the state to go on from.

        Frames of epochs that are already there are left as they are: the same epoch of the same run is the same frame.
        """
        rows = [
            {
                "run": run_id,
                "epoch": frame.epoch,
                "loss": _finite(frame.loss),
                "val_loss": _finite(frame.val_loss),
                "accuracy": frame.accuracy,
                "val_accuracy": frame.val_accuracy,
                "shape": ",".join(map(str, frame.outputs.shape)),
                "outputs": _packed(frame.outputs),
            }
            for frame in frames
        ]
        with self._transaction() as connection:
            last = connection.execute(sql.select(sql.func.max(_FRAMES.c.epoch)).where(_FRAMES.c.run == run_id)).scalar()
            rows = [row for row in rows if row["epoch"] > (last or 0)]
            if rows:
                connection.execute(_FRAMES.insert(), rows)
            updated = connection.execute(_STATES.update().where(_STATES.c.run == run_id).values(epoch=epoch, state=state))
            if not updated.rowcount:
                connection.execute(_STATES.insert().values(run=run_id, epoch=epoch, state=state))
            connection.execute(
                _RUNS.update().where(_RUNS.c.id == run_id).values(epoch=epoch, state=run_state, reason=reason, held=held)
            )

    def state(self, run_id: str) -> bytes | None:
        """The state after the last stored chunk; None before the first."""
        with self._transaction() as connection:
            return connection.execute(sql.select(_STATES.c.state).where(_STATES.c.run == run_id)).scalar()

    def frames(self, run_id: str, after: int = 0, most: int = 1_000_000) -> list[StoredFrame]:
        """The frames of the epochs that follow `after`, in order, at most `most` of them."""
        query = (
            _FRAMES.select().where(_FRAMES.c.run == run_id, _FRAMES.c.epoch > after).order_by(_FRAMES.c.epoch).limit(most)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return [
            StoredFrame(
                row.epoch,
                row.loss,
                row.val_loss,
                row.accuracy,
                row.val_accuracy,
                tuple(map(int, row.shape.split(","))),
                zlib.decompress(row.outputs),
            )
            for row in rows
        ]

    @contextmanager
    def _transaction(self) -> Iterator[sql.Connection]:
        with self._engine.begin() as connection:
            yield connection


def _write_ahead(connection: Any, _record: Any) -> None:
    # In WAL mode readers do not wait for the writer. NORMAL may lose the last transactions when the power fails, never
    # when the process is killed, and never leaves half of one.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _run_of(row: Any) -> Run:
    experiment = Experiment.from_dict(json.loads(row.experiment))
    return Run(row.id, row.owner, experiment, row.state, row.reason, row.held, row.epoch)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _packed(outputs: np.ndarray) -> bytes:
    largest = np.finfo(np.float16).max
    clipped = np.clip(np.nan_to_num(outputs, nan=0.0), -largest, largest)
    return zlib.compress(clipped.astype("<f2").tobytes(), level=1)
