"""What is kept of a run to show the net at any epoch: its tensors where a page watched them, and states to train on from.

The state between two chunks is kept as a key frame, from which every later epoch can be had again. Their number is bounded:
of a long run, or of a large model, one in every so many epochs is kept, evenly.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sql

from explorer.experiment import Frame
from explorer.runtime.storage.database import Database
from explorer.runtime.storage.tables import KEY_FRAMES, STATES, TENSORS

# Of one run: how many key frames, and the bytes that they may take together.
MOST_KEY_FRAMES = 64
MOST_BYTES_OF_KEY_FRAMES = 32 * 2**20
# What a row takes beside its content, about.
BYTES_OF_A_ROW = 60


class StoredTensors:
    """May be used from any thread. What takes a connection is a part of somebody else's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tensors(self, run_id: str, sequence: int, first: int, last: int) -> dict[int, bytes]:
        """What was kept of one probe sequence, by epoch, from `first` to `last`."""
        mine = (TENSORS.c.run == run_id) & (TENSORS.c.sequence == sequence) & TENSORS.c.epoch.between(first, last)
        with self._database.transaction() as connection:
            rows = connection.execute(sql.select(TENSORS.c.epoch, TENSORS.c.numbers).where(mine)).all()
        return {row.epoch: row.numbers for row in rows}

    def state_before(self, run_id: str, epoch: int) -> bytes | None:
        """The latest state that is kept of a run up to an epoch; None: that is the start."""
        found = []
        with self._database.transaction() as connection:
            for table in (KEY_FRAMES, STATES):
                mine = (table.c.run == run_id) & (table.c.epoch <= epoch)
                query = sql.select(table.c.epoch, table.c.state).where(mine).order_by(table.c.epoch.desc()).limit(1)
                found += [(row.epoch, row.state) for row in connection.execute(query)]
        return max(found)[1] if found else None

    def states(self, run_id: str, most: int, most_bytes: int) -> list[bytes]:
        """States that are kept of a run, in the order of their epochs: at most so many, evenly over those that there are,
        and no more than so many bytes; the last one among them."""
        sizes: dict[int, int] = {}
        found: dict[int, bytes] = {}
        with self._database.transaction() as connection:
            for table in (KEY_FRAMES, STATES):
                rows = connection.execute(
                    sql.select(table.c.epoch, sql.func.length(table.c.state)).where(table.c.run == run_id)
                )
                sizes |= {int(epoch): int(size) for epoch, size in rows}
            epochs = sorted(sizes)
            most = min(most, len(epochs), max(1, most_bytes // max(1, *sizes.values(), 1)))
            if not most:
                return []
            step = len(epochs) / most
            chosen = [epochs[-1 - int(place * step)] for place in range(most)]
            for table in (KEY_FRAMES, STATES):
                mine = (table.c.run == run_id) & table.c.epoch.in_(chosen)
                rows = connection.execute(sql.select(table.c.epoch, table.c.state).where(mine))
                found |= {int(row.epoch): bytes(row.state) for row in rows}
        return [found[epoch] for epoch in sorted(found)]

    def keep(self, connection: sql.Connection, run_id: str, frames: Sequence[Frame]) -> int:
        """Keep what new frames brought; returns by how many bytes the run has grown."""
        rows = [
            {"run": run_id, "epoch": frame.epoch, "sequence": sequence, "numbers": numbers}
            for frame in frames
            for sequence, numbers in frame.tensors.items()
        ]
        if rows:
            connection.execute(TENSORS.insert(), rows)
        return sum(len(numbers) + BYTES_OF_A_ROW for frame in frames for numbers in frame.tensors.values())

    def keep_state(self, connection: sql.Connection, run_id: str) -> int:
        """Keep the last state of a run as a key frame, before another takes its place; returns as `keep`."""
        there = sql.select(STATES.c.epoch, sql.func.length(STATES.c.state)).where(STATES.c.run == run_id)
        row = connection.execute(there).first()
        if row is None:
            return 0
        epoch, size = int(row[0]), int(row[1]) + BYTES_OF_A_ROW
        most = min(MOST_KEY_FRAMES, MOST_BYTES_OF_KEY_FRAMES // size)
        if most < 2:
            return 0
        query = sql.select(KEY_FRAMES.c.epoch).where(KEY_FRAMES.c.run == run_id).order_by(KEY_FRAMES.c.epoch)
        epochs = list(connection.execute(query).scalars())
        gap = _gap(epoch, most)
        if epochs and epochs[-1] // gap == epoch // gap:
            return 0
        state = sql.select(STATES.c.run, STATES.c.epoch, STATES.c.state).where(STATES.c.run == run_id)
        connection.execute(KEY_FRAMES.insert().from_select(["run", "epoch", "state"], state))
        places = [each // gap for each in epochs]
        extra = [each for each, place, before in zip(epochs[1:], places[1:], places, strict=False) if place == before]
        if extra:
            connection.execute(KEY_FRAMES.delete().where(KEY_FRAMES.c.run == run_id, KEY_FRAMES.c.epoch.in_(extra)))
        return (1 - len(extra)) * size

    def delete(self, connection: sql.Connection, run_id: str) -> None:
        for table in (TENSORS, KEY_FRAMES):
            connection.execute(table.delete().where(table.c.run == run_id))


def _gap(epoch: int, most: int) -> int:
    """One key frame in so many epochs leaves at most `most` of them up to an epoch: a power of two, so that those that stay
    when it grows are again evenly apart."""
    gap = 1
    while epoch >= most * gap:
        gap *= 2
    return gap
