"""Where the names of Keras stand today, and how what they say is written."""

from __future__ import annotations

import re
from typing import Any

import keras

from explorer.keras_source import tensorflow_keras
from explorer.snippet.reader.values import Known

_ALIKE = {"tf_keras": "keras", "keras_core": "keras", "tensorflow.python.keras": "keras", "tensorflow.keras": "keras"}


def canonical(path: str) -> str:
    """A path of a module with Keras as "keras", wherever it was imported from."""
    for old, new in _ALIKE.items():
        if path == old or path.startswith(f"{old}."):
            return new + path[len(old) :]
    return path


def stands(path: str, top: str) -> bool:
    """Whether Keras has something at this path today."""
    return not path.startswith("keras") or object_at(path, top) is not None


def object_at(path: str, top: str) -> Any:
    """What stands at a path of Keras, None where nothing does. Only public names are looked up."""
    found: Any = tensorflow_keras if top.startswith(("tensorflow", "tf")) else keras
    for part in path.split(".")[1:]:
        if part.startswith("_"):
            return None
        found = getattr(found, part, None)
        if found is None:
            return None
    return found


def written(known: Known) -> str:
    """A path as the code writes it, with TensorFlow in front where Keras was imported from there."""
    return known.path.replace("keras", "tensorflow.keras", 1) if known.top.startswith("tensorflow") else known.path


def spoken(error: BaseException) -> str:
    """The error of Keras on one line, without the arguments that it lists after its sentence."""
    text = " ".join(str(error).split()).partition(" Arguments received by")[0]
    text = re.sub(r"^Exception encountered when calling [\w.]+\(\)\. ", "", text)
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    # The names that TensorFlow's operations have within a graph say nothing of the code.
    text = re.sub(r"^\{\{[^{}]*\}\} | \[Op:\w+\]( name:)?\s*$", "", text)
    return f"{type(error).__name__}: {text[:400]}"


def reaches_out(name: str) -> str:
    """Why a function is never called."""
    return (
        f"`{name}` uses a file, the network or the system, but pasted code is only read here. What it gives "
        "is not known; if it loads data, their shape can be written: x = np.zeros((8, 20, 5))."
    )


def snake(name: str) -> str:
    """The name of a loss as Keras spells it in a string: "MeanSquaredError" becomes "mean_squared_error"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
