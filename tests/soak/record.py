"""What every fault cost: what was lost, doubled or changed, and how long it took until the next frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from explorer.runtime.storage.records import StoredFrame

COLUMNS = ("what", "rounds", "runs", "frames", "lost", "doubled", "unequal", "median", "longest")


@dataclass
class Row:
    """A kind of fault. recoveries: seconds from the end of each cause to the next frame of each run that it held up.

    lost, doubled, unequal: frames. note: what else was counted.
    """

    what: str
    rounds: int = 0
    runs: int = 0
    frames: int = 0
    lost: int = 0
    doubled: int = 0
    unequal: int = 0
    recoveries: list[float] = field(default_factory=list)
    note: str = ""

    def compare(self, frames: Sequence[StoredFrame], calm: Sequence[StoredFrame]) -> None:
        """Count what a run that has ended differs in from the calm one of the same experiment."""
        epochs = [frame.epoch for frame in frames]
        by_epoch = {frame.epoch: frame for frame in frames}
        self.runs += 1
        self.frames += len(frames)
        self.doubled += len(epochs) - len(by_epoch)
        self.lost += sum(frame.epoch not in by_epoch for frame in calm)
        self.unequal += sum(by_epoch.get(frame.epoch, frame) != frame for frame in calm)
        # What nobody trained in calm is no frame of this run either.
        self.unequal += len(by_epoch.keys() - {frame.epoch for frame in calm})

    @property
    def held(self) -> bool:
        """Whether every frame is there once and is that of the calm run."""
        return self.runs > 0 and self.frames > 0 and not (self.lost or self.doubled or self.unequal)

    def cells(self) -> list[str]:
        times = [f"{median(self.recoveries):.2f} s", f"{max(self.recoveries):.2f} s"] if self.recoveries else ["", ""]
        counts = (self.rounds, self.runs, self.frames, self.lost, self.doubled, self.unequal)
        return [self.what, *map(str, counts), *times]


def table(rows: Sequence[Row]) -> str:
    """The rows as a table of Markdown, their notes below it."""
    lines = [list(COLUMNS), ["---"] * len(COLUMNS), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    spelled = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    return "\n".join([*spelled, *(f"{row.what}: {row.note}" for row in rows if row.note)])
