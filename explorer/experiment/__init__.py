"""What an experiment is: the frozen values. What they may be is in `bounds`, the reading of outside values in `parse`."""

from explorer.experiment.experiment import (
    ENDED,
    HELD_OUT_SAMPLES,
    PROBE_SEQUENCES,
    SETTINGS,
    SIZES,
    STATES,
    Experiment,
    Frame,
    Pasted,
    WrongExperiment,
    spell,
)

__all__ = [
    "ENDED",
    "HELD_OUT_SAMPLES",
    "PROBE_SEQUENCES",
    "SETTINGS",
    "SIZES",
    "STATES",
    "Experiment",
    "Frame",
    "Pasted",
    "WrongExperiment",
    "spell",
]
