"""Runs, their last state and their frames, in SQL.

SQLite beside the application by default; another database by its SQLAlchemy address in EXPLORER_DATABASE. What is stored
stays, but for runs that nobody opened for a long time and nobody wanted to keep (`explorer.runtime.storage.retention`).

Every run names the server that trains it, until when. Only that server writes its state and its frames, so that two
servers on one database never mix; another one may take a run over when the first has ended, or when its owner asks.
"""

from __future__ import annotations

import json
import os
import secrets
import time
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from explorer.experiment import ENDED, Experiment, Frame
from explorer.runtime.storage.database import TABLES, Database
from explorer.runtime.storage.database_file import DEFAULT_PATH, SQLITE
from explorer.runtime.storage.descriptions import Descriptions
from explorer.runtime.storage.measurements import Measurements
from explorer.runtime.storage.records import GOING, Run, StoredFrame, finite, packed, run_of, shape_of
from explorer.runtime.storage.rooms import Rooms
from explorer.runtime.storage.server_id import is_gone, new_server_id
from explorer.runtime.storage.stored_tensors import StoredTensors
from explorer.runtime.storage.tables import BYTES_OF_A_FRAME, FRAMES, RUNS, STATES, upgrade

# A server that was not heard of for so long has lost its runs; it says twice in this time that it is there.
LEASE_SECONDS = 10.0
RESTARTED = "The server was restarted. The run continues when its owner opens it."
SECONDS_BETWEEN_OPENINGS = 600.0


class RunTaken(Exception):
    """The run is in another server's hands, or is there no more: nothing was written."""


class FramesMissing(Exception):
    """Frames were to be stored that do not follow the last stored one: nothing was written."""


class Store:
    """The one way to the database. Every method is one transaction; all may be called from any thread.

    Every method raises `database_errors.DatabaseUnavailable`, with a sentence, where the database cannot
    be used now; then nothing was written.
    """

    def __init__(self, url: str | None = None) -> None:
        self.database = Database(url or os.environ.get("EXPLORER_DATABASE") or f"{SQLITE}{DEFAULT_PATH}", TABLES, upgrade)
        self.server = new_server_id()
        self.descriptions = Descriptions(self.database)
        self.measurements = Measurements(self.database)
        self.tensors = StoredTensors(self.database)
        self.rooms = Rooms(self.database)

    def close(self) -> None:
        self.database.close()

    def try_out(self) -> None:
        """Write a run and take it back, so that what would keep one from being stored is known before there is any."""
        values = {"id": f"try-{secrets.token_hex(12)}", "owner": "", "experiment": "", "state": "deleted", "created": 0.0}
        with self.database.transaction() as connection:
            connection.execute(RUNS.insert().values(values))
            connection.execute(RUNS.delete().where(RUNS.c.id == values["id"]))

    def add_run(self, run: Run) -> None:
        """Store a new run, in this server's hands."""
        now = time.time()
        values = {name: getattr(run, name) for name in ("id", "owner", "state", "reason", "held", "epoch")}
        values |= {"experiment": json.dumps(run.experiment.to_dict()), "created": now, "opened": now, "kept": int(run.kept)}
        values |= {"server": self.server, "lease": now + LEASE_SECONDS, "bytes": len(values["experiment"])}
        with self.database.transaction() as connection:
            connection.execute(RUNS.insert().values(values))

    def run(self, run_id: str) -> Run | None:
        with self.database.transaction() as connection:
            row = connection.execute(RUNS.select().where(RUNS.c.id == run_id)).first()
        return None if row is None else run_of(row)

    def take(self, run_id: str) -> tuple[Run, bytes | None] | None:
        """Take a run into this server's hands, whoever had it, with the state after its last stored chunk.

        None: there is no such run.
        """
        return self._take(RUNS.update().where(RUNS.c.id == run_id), run_id)

    def take_ended(self, run_id: str, experiment: Experiment) -> tuple[Run, bytes | None] | None:
        """The same of a run that has ended, which goes on with this experiment: its own, but for the number of epochs.

        None: there is no such run, or it has not ended.
        """
        ended = RUNS.update().where(RUNS.c.id == run_id, RUNS.c.state.in_(ENDED))
        goes_on = {"experiment": json.dumps(experiment.to_dict()), "state": "queued", "reason": "", "held": ""}
        return self._take(ended.values(goes_on), run_id)

    def _take(self, chosen: sql.Update, run_id: str) -> tuple[Run, bytes | None] | None:
        with self.database.transaction() as connection:
            lease = time.time() + LEASE_SECONDS
            if not connection.execute(chosen.values(server=self.server, lease=lease)).rowcount:
                return None
            row = connection.execute(RUNS.select().where(RUNS.c.id == run_id)).one()
            state = connection.execute(sql.select(STATES.c.state).where(STATES.c.run == run_id)).scalar()
        return run_of(row), state

    def set_state(self, run_id: str, state: str, reason: str = "", held: str = "") -> None:
        """Raises RunTaken where the run is not in this server's hands."""
        with self.database.transaction() as connection:
            self._update(connection, run_id, state=state, reason=reason, held=held)

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
        Raises RunTaken where the run is not in this server's hands, and FramesMissing where the frames do not follow the
        last one that is stored.
        """
        rows: list[dict[str, Any]] = [
            {
                "run": run_id,
                "epoch": frame.epoch,
                "loss": finite(frame.loss),
                "val_loss": finite(frame.val_loss),
                "accuracy": frame.accuracy,
                "val_accuracy": frame.val_accuracy,
                "own_accuracy": frame.own_accuracy,
                "decoded": None if frame.decoded is None else frame.decoded.tobytes(),
                "shape": ",".join(map(str, frame.outputs.shape)),
                "outputs": packed(frame.outputs),
            }
            for frame in frames
        ]
        last = sql.select(sql.func.max(FRAMES.c.epoch)).where(FRAMES.c.run == run_id)
        before = sql.select(sql.func.length(STATES.c.state)).where(STATES.c.run == run_id)
        with self.database.transaction() as connection:
            # Writing comes first: from here on no other server can write to this run.
            self._update(connection, run_id, epoch=epoch, state=run_state, reason=reason, held=held)
            stored = connection.execute(last).scalar() or 0
            rows = [row for row in rows if row["epoch"] > stored]
            fresh = [frame for frame in frames if frame.epoch > stored]
            if [row["epoch"] for row in rows] != list(range(stored + 1, epoch + 1)):
                raise FramesMissing(f"Epoch {stored + 1} of run {run_id} is not among the frames that came.")
            if rows:
                connection.execute(FRAMES.insert(), rows)
            kept = self.tensors.keep_state(connection, run_id) + self.tensors.keep(connection, run_id, fresh)
            size_before = connection.execute(before).scalar()
            if size_before is None:
                connection.execute(STATES.insert().values(run=run_id, epoch=epoch, state=state))
            else:
                connection.execute(STATES.update().where(STATES.c.run == run_id).values(epoch=epoch, state=state))
            grown = len(state) - (size_before or 0) + sum(len(row["outputs"]) + BYTES_OF_A_FRAME for row in rows)
            self._update(connection, run_id, bytes=RUNS.c.bytes + grown + kept)

    def state(self, run_id: str) -> bytes | None:
        """The state after the last stored chunk; None before the first."""
        with self.database.transaction() as connection:
            return connection.execute(sql.select(STATES.c.state).where(STATES.c.run == run_id)).scalar()

    def frames(self, run_id: str, after: int = 0, most: int = 1_000_000) -> list[StoredFrame]:
        """The frames of the epochs that follow `after`, in order, at most `most` of them."""
        query = FRAMES.select().where(FRAMES.c.run == run_id, FRAMES.c.epoch > after).order_by(FRAMES.c.epoch).limit(most)
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return [
            StoredFrame(
                row.epoch,
                row.loss,
                row.val_loss,
                row.accuracy,
                row.val_accuracy,
                shape_of(row.shape),
                zlib.decompress(row.outputs),
                row.own_accuracy,
                row.decoded,
            )
            for row in rows
        ]

    # --- which server trains which run

    def renew_leases(self) -> None:
        """Say that this server is there, and still trains its runs."""
        mine = (RUNS.c.server == self.server) & RUNS.c.state.in_(GOING)
        with self.database.transaction() as connection:
            connection.execute(RUNS.update().where(mine).values(lease=time.time() + LEASE_SECONDS))

    def hold_abandoned(self) -> list[str]:
        """Mark the runs that another server left running when it ended: their owner's next visit lets them go on.

        Returns their ids. A server has ended where its process is no more, or, on another machine, where it was not heard
        of for LEASE_SECONDS.
        """
        query = sql.select(RUNS.c.id, RUNS.c.server, RUNS.c.lease).where(
            RUNS.c.state.in_(GOING), RUNS.c.server != self.server
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        now, found = time.time(), []
        ended: dict[str, bool] = {}
        for row in rows:
            if row.lease < now or ended.setdefault(row.server, is_gone(row.server)):
                as_it_was = (RUNS.c.id == row.id) & (RUNS.c.server == row.server) & (RUNS.c.lease == row.lease)
                with self.database.transaction() as connection:
                    if connection.execute(RUNS.update().where(as_it_was).values(_HELD)).rowcount:
                        found.append(row.id)
        return found

    def hold_own(self) -> int:
        """The same for the runs of this server, which is about to end. Returns how many."""
        mine = (RUNS.c.server == self.server) & RUNS.c.state.in_(GOING)
        with self.database.transaction() as connection:
            return connection.execute(RUNS.update().where(mine).values(_HELD)).rowcount

    # --- which runs stay

    def note_opening(self, run_id: str) -> None:
        """Remember that somebody looks at a run."""
        now = time.time()
        long_ago = (RUNS.c.id == run_id) & (RUNS.c.opened < now - SECONDS_BETWEEN_OPENINGS)
        with self.database.transaction() as connection:
            if connection.execute(sql.select(RUNS.c.id).where(long_ago)).first():
                connection.execute(RUNS.update().where(long_ago).values(opened=now))

    def set_kept(self, run_id: str, kept: bool) -> None:
        """Whether a run stays though nobody opens it."""
        with self.database.transaction() as connection:
            connection.execute(RUNS.update().where(RUNS.c.id == run_id).values(kept=int(kept)))

    def count_kept(self, owner: str) -> int:
        """How many runs an owner keeps."""
        query = sql.select(sql.func.count()).where(RUNS.c.owner == owner, RUNS.c.kept == 1)
        with self.database.transaction() as connection:
            return connection.execute(query).scalar_one()

    def size(self) -> int:
        """The bytes that all runs take, about."""
        with self.database.transaction() as connection:
            return int(connection.execute(sql.select(sql.func.sum(RUNS.c.bytes))).scalar() or 0)

    def unopened(self, since: float, most: int) -> list[tuple[str, int]]:
        """The runs that may go, with their bytes: not kept, at rest, and not opened since that time (seconds since 1970).

        Those that were not opened for longest come first, at most `most` of them.
        """
        query = (
            sql.select(RUNS.c.id, RUNS.c.bytes)
            .where(RUNS.c.kept == 0, RUNS.c.opened < since, RUNS.c.state.not_in(GOING))
            .order_by(RUNS.c.opened)
            .limit(most)
        )
        with self.database.transaction() as connection:
            return [(row.id, row.bytes) for row in connection.execute(query)]

    def delete(self, run_id: str, unopened_since: float) -> bool:
        """Delete a run, its state and its frames, unless somebody opened, kept or resumed it meanwhile."""
        still = (RUNS.c.id == run_id) & (RUNS.c.kept == 0) & (RUNS.c.opened < unopened_since)
        with self.database.transaction() as connection:
            # Writing comes first: nobody can open it from here on. "deleted" is never seen by others.
            marked = connection.execute(RUNS.update().where(still, RUNS.c.state.not_in(GOING)).values(state="deleted"))
            if not marked.rowcount:
                return False
            connection.execute(FRAMES.delete().where(FRAMES.c.run == run_id))
            connection.execute(STATES.delete().where(STATES.c.run == run_id))
            self.tensors.delete(connection, run_id)
            connection.execute(RUNS.delete().where(RUNS.c.id == run_id))
        return True

    def _update(self, connection: sql.Connection, run_id: str, **values: Any) -> None:
        mine = (RUNS.c.id == run_id) & (RUNS.c.server == self.server)
        if not connection.execute(RUNS.update().where(mine).values(**values)).rowcount:
            raise RunTaken(f"Run {run_id} is in another server's hands, or was deleted.")


_HELD = {"state": "paused", "held": "restart", "reason": RESTARTED, "server": "", "lease": 0.0}
