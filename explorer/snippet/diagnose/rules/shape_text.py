"""Shapes in words: which axis is which."""

from __future__ import annotations

from typing import Any

from explorer.layers.conv_recurrent import PLACES
from explorer.snippet.reader.families import CONV_RECURRENT
from explorer.snippet.reader.values import Shape


def in_words(shape: Shape) -> str:
    """What a layer is given, such as (batch, timesteps 20, features 5); a size that is open is "unknown"."""
    names = {2: ("batch", "features"), 3: ("batch", "timesteps", "features")}.get(len(shape))
    if names is None:
        return f"(batch, {', '.join(map(str, shape[1:]))})" if shape else "()"
    parts = [
        name if name == "batch" else f"{name} {'unknown' if size is None else size}"
        for name, size in zip(names, shape, strict=True)
    ]
    return f"({', '.join(parts)})"


def all_in_words(shapes: list[Shape]) -> str:
    """What a layer with several inputs is given."""
    return " and ".join(map(in_words, shapes)) or "this"


def declared_in_words(shape: Shape) -> str:
    """What an Input declares, such as (batch, timesteps 20, features 5); a size that is open is left out."""
    names = {2: ("batch", "features"), 3: ("batch", "timesteps", "features")}.get(len(shape))
    if names is None:
        return str(shape)
    parts = [name if size is None else f"{name} {size}" for name, size in zip(names, shape, strict=True)]
    return f"({', '.join(parts)})"


def answer_in_words(shape: Shape) -> str:
    """What a model answers, such as (batch, timesteps 20, outputs 3)."""
    names = {2: ("batch", "outputs"), 3: ("batch", "timesteps", "outputs")}.get(len(shape))
    if names is None:
        return str(shape)
    return f"({', '.join(name if name == 'batch' else f'{name} {size}' for name, size in zip(names, shape, strict=True))})"


def needs_in_words(kind: str) -> str:
    """The axes that a layer of a kind needs."""
    number = next((number for number in PLACES if f"{number}D" in kind), 1)
    if kind in CONV_RECURRENT:
        return f"(batch, timesteps, {', '.join(PLACES[number])}, channels)"
    if number > 1:
        return f"(batch, {', '.join(PLACES[number])}, channels)"
    return "(batch, timesteps, features)"


def mask_in_words(shape: Any) -> str:
    """The axes of a mask, such as (batch, 20)."""
    return f"({', '.join('batch' if place == 0 else str(each) for place, each in enumerate(shape))})"
