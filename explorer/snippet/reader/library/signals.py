"""Images, films and sounds that code reads: what their libraries say of shapes, without looking into a file."""

from __future__ import annotations

from typing import Any

from explorer.snippet.reader.data_values import Array, Opaque
from explorer.snippet.reader.nodes import Node

# Rows that librosa gives for each step of time, where the code names no other number, and the name of that argument.
# https://librosa.org/doc/latest/feature.html
_FEATURES = {
    "mfcc": ("n_mfcc", 20),
    "melspectrogram": ("n_mels", 128),
    "chroma_stft": ("n_chroma", 12),
    "chroma_cqt": ("n_chroma", 12),
}


def signal(path: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> tuple[Any] | None:
    """What a function of OpenCV or librosa gives, in a tuple; None for another function.

    An image is (rows, columns, channels), without channels where it is grey; features of a sound are (features, timesteps).
    """
    top, _, rest = path.partition(".")
    if top == "librosa":
        last = rest.rpartition(".")[2]
        if last in _FEATURES:
            name, many = _FEATURES[last]
            many = kwargs.get(name, many)
            return (Array((many if isinstance(many, int) else None, None), node=node),)
        return ((Array((None,), node=node), Opaque("a sampling rate", whole=True)),) if rest == "load" else None
    if top != "cv2":
        return None
    image = Array((None, None, 3), True, 0, 255, node=node)
    if rest == "VideoCapture.read":
        return ((Opaque("whether there was a frame"), image),)
    if rest == "imread":
        how = kwargs.get("flags", args[1] if len(args) > 1 else None)
        if how is None:
            return (image,)
        grey = how == 0 or "GRAYSCALE" in str(getattr(how, "why", ""))
        return (Array((None, None), True, node=node) if grey else Array((None, None), True, node=node, open=True),)
    given = args[0] if args and isinstance(args[0], Array) else None
    if rest == "resize":
        size = kwargs.get("dsize", args[1] if len(args) > 1 else None)
        pair = size if isinstance(size, (tuple, list)) and len(size) == 2 else (None, None)
        width, height = (each if isinstance(each, int) else None for each in pair)
        if given is None or given.shape is None:
            return (Array((height, width), node=node, open=True),)
        return (given.made((height, width, *given.shape[2:]), node),)
    if rest == "cvtColor" and given is not None and given.shape is not None:
        how = str(getattr(args[1] if len(args) > 1 else kwargs.get("code"), "why", ""))
        return (given.made(given.shape[:2] if how.endswith("2GRAY") else (*given.shape[:2], 3), node),)
    return None
