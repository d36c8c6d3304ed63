"""A trained run as one archive: the model, the experiment, the losses, and how to go on with them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from explorer.experiment import Experiment
from explorer.export.experiment_file import experiment_json
from explorer.export.history import losses_csv
from explorer.runtime.storage.records import StoredFrame

_READ_ME = """\
model.keras       the model with its weights after epoch {epoch}: keras.models.load_model("model.keras")
experiment.json   its settings; drop this file on the page, and it shows them
history.csv       the losses up to that epoch, in the unit of the task's loss

The file was written by Keras {keras}. It holds no optimizer: compile the model before you train it on.
"""
_NO_MODEL = """\
There is no model in this archive. {why}

experiment.json   the settings of the run; drop this file on the page, and it shows them
history.csv       its losses so far
"""
NOT_TRAINED = "No weights are stored of this run yet. Take it home again once it has trained an epoch."


def model_zip(experiment: Experiment, frames: Sequence[StoredFrame], model: bytes, epoch: int) -> bytes:
    """model: a .keras file with the weights after `epoch`. frames: of the run; those of later epochs are left out."""
    from importlib.metadata import version

    up_to = [frame for frame in frames if frame.epoch <= epoch]
    told = _READ_ME.format(epoch=epoch, keras=version("keras"))
    return _zipped({"README.txt": told, "model.keras": model, **_rest(experiment, up_to)})


def zip_without_model(experiment: Experiment, frames: Sequence[StoredFrame], why: str) -> bytes:
    """What there is of a run whose model cannot be had now. why: a sentence, and what to do."""
    return _zipped({"README.txt": _NO_MODEL.format(why=why), **_rest(experiment, frames)})


def _rest(experiment: Experiment, frames: Sequence[StoredFrame]) -> dict[str, str]:
    return {"experiment.json": experiment_json(experiment), "history.csv": losses_csv(frames)}


def _zipped(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Without the time of day: the same run is the same archive.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
