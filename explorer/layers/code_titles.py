"""What a layer is called in code: its class with the arguments that it is known by, such as "GRU(32)"."""

from __future__ import annotations

from typing import Any

from explorer.layers.base import class_name, rules_for

# Settings along several axes, for which Keras takes one number where all are equal.
_ALONG_AXES = frozenset(("kernel_size", "pool_size", "output_size", "size", "padding", "cropping"))


def code_title(layer: Any) -> str:
    """The class of a layer with the first arguments that its rules name, and with the layer that it holds.

    A class that no rules hold for has its name alone, and so has a layer whose arguments are no plain values.
    """
    name = type(layer).__name__
    held = getattr(layer, "forward_layer", None) or getattr(layer, "layer", None)
    if held is not None:
        return f"{name}({code_title(held)})"
    # A class of somebody's own may take other arguments than the one that it computes the same as.
    arguments = rules_for(layer).title_arguments if class_name(layer) == name else ()
    written = [_cells(layer, each) if each in ("cell", "cells") else _setting(layer, each) for each in arguments]
    return name if not written or None in written else f"{name}({', '.join(filter(None, written))})"


def _cells(layer: Any, argument: str) -> str:
    cells = getattr(layer, argument)
    return f"[{', '.join(map(code_title, cells))}]" if isinstance(cells, list) else code_title(cells)


def _setting(layer: Any, argument: str) -> str | None:
    value = layer.get_config().get(argument)
    if argument in _ALONG_AXES:
        numbers = _flat(value)
        value = numbers[0] if len(set(numbers)) == 1 else value
    return _as_code(value)


def _flat(value: Any) -> list[Any]:
    return [number for each in value for number in _flat(each)] if isinstance(value, (list, tuple)) else [value]


def _as_code(value: Any) -> str | None:
    if isinstance(value, (list, tuple)):
        parts = [_as_code(each) for each in value]
        return None if None in parts else f"({', '.join(filter(None, parts))}{',' if len(value) == 1 else ''})"
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value) if isinstance(value, (int, float)) else None
