"""Layers that cannot be made with the arguments that they are given."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from typing import Any

import keras

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.backwards import backward_layer
from explorer.snippet.diagnose.rules.compiling import unknown_of_layer
from explorer.snippet.diagnose.rules.unknown import unknown_size
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import RECURRENT
from explorer.snippet.reader.spelling import nearest
from explorer.snippet.reader.values import Call, Event, Known, LayerValue, TensorValue, tensors_in
from explorer.tensors.text import an, joined

# A first value for arguments that decide a size: any whole number does.
_USUAL = {"units": "32", "filters": "32", "kernel_size": "3", "n": "10"}


def make(case: Case, event: Event) -> Finding:
    """Why a layer cannot be made."""
    kind, args, kwargs = event.given["kind"], event.given.get("args") or [], event.given.get("kwargs") or {}
    node = event.called
    call = _Unmade(kind, node)
    source = case.source
    if kind in ("TimeDistributed", "Bidirectional") and tensors_in([*args, *kwargs.values()]):
        message = f"{kind} wraps a layer, but its argument is a tensor: the layer is called inside the wrapper."
        inner = node.args[0] if node.args else None
        candidates = []
        called = any(isinstance(each, ast.Call) and each.func is node for each in ast.walk(source.tree))
        if isinstance(inner, ast.Call) and inner.args and called:
            candidates.append(
                Candidate("Wrap the layer, not its output", (source.replaced(inner, source.text(inner.func)),))
            )
        elif isinstance(inner, ast.Call) and inner.args:
            text = f"{source.text(node.func)}({source.text(inner.func)})({source.text(inner.args[0])})"
            candidates.append(Candidate("Wrap the layer, then call the wrapper", (source.replaced(node, text),)))
        return Finding("time_distributed_inner", message, call, node, event.says, False, tuple(candidates))
    if kind in ("TimeDistributed", "Bidirectional") and "go_backwards" not in event.says:
        example = "Dense(1)" if kind == "TimeDistributed" else "GRU(32)"
        message = f"{kind} wraps a layer, such as {kind}({example}), but its argument is not a layer."
        which = "time_distributed_inner" if kind == "TimeDistributed" else "backward_order"
        held = args[0] if args else kwargs.get("layer")
        candidates = []
        if isinstance(held, Known) and node.args:
            target = case.data.y
            size = target[-1] if held.last == "Dense" and isinstance(target, tuple) and len(target) > 1 else 32
            text = f"{source.text(node.args[0])}({size})"
            candidates.append(Candidate("Make a layer of the class", (source.replaced(node.args[0], text),)))
        return Finding(which, message, call, node, event.says, False, tuple(candidates))
    if "go_backwards" in event.says or ("backward" in event.says and kind == "Bidirectional"):
        return backward_layer(case, event, call)
    if (found := unknown_of_layer(case, kind, kwargs, node, event.says)) is not None:
        return replace(found, call=call)
    if kind == "RepeatVector" and ("NoneType" in event.says or None in args or kwargs.get("n", 0) is None):
        return unknown_size(case, event, _as_reader(case, call), (None, None))
    sizes = [each for each in (*args[:1], *(kwargs.get(name) for name in ("units", "filters"))) if each is not None]
    if (
        kind in (*RECURRENT, "Dense", "GRUCell", "LSTMCell")
        and sizes
        and not isinstance(sizes[0], int)
        and not isinstance(sizes[0], str)
    ):
        return _units_tuple(case, event, call, kind, sizes[0])
    if (found := _called_within(case, event, call, kind)) is not None:
        return found
    if "NoneType" in event.says or (args and args[0] is None):
        return unknown_size(case, event, _as_reader(case, call), (None, None))
    if (
        kind in (*RECURRENT, "Dense")
        and sizes
        and (isinstance(sizes[0], str) or (isinstance(sizes[0], int) and sizes[0] < 1))
    ):
        message = f"The units of {an(kind)} must be a whole number from 1. Received: {str(sizes[0])[:40]!r}."
        return Finding("units_misread", message, call, node, event.says)
    if missing := re.search(r"missing \d+ required positional arguments?: '(\w+)'", event.says):
        return _missing(case, event, call, kind, missing[1])
    message = f"{an(kind)[0].upper()}{an(kind)[1:]} cannot be made with these arguments."
    strange = "nrecognized" in event.says or "unexpected keyword" in event.says
    old = strange or "required positional" in event.says
    unknown = [each for each in node.keywords if each.arg and f"'{each.arg}'" in event.says] if old else []
    hint, candidates = _unknown_arguments(case, kind, unknown, node)
    if unknown and strange:
        many = "arguments" if len(unknown) > 1 else "argument"
        names = joined([f"`{each.arg}`" for each in unknown])
        message = f"{an(kind)[0].upper()}{an(kind)[1:]} has no {many} {names}.{hint}"
    return Finding("keras3_api" if old else "units_misread", message, call, node, event.says, False, tuple(candidates))


def _called_within(case: Case, event: Event, call: Call, kind: str) -> Finding | None:
    """A tensor among the arguments that make a layer: it belongs into a call of the layer."""
    node, args = event.called, event.given.get("args") or []
    if len(args) < 2 or not isinstance(args[-1], TensorValue) or tensors_in(args[:-1]) or len(args) != len(node.args):
        return None
    source, place = case.source, node.args[-1]
    tensor = source.text(place)
    message = (
        f"`{tensor}` is given to the constructor of {an(kind)}, which takes settings. Make the layer first, then call it: "
        f"{kind}(...)({tensor})."
    )
    _, end = source.span(node)
    edits = (source.without(node, place), Edit(end, end, f"({tensor})"))
    return Finding("units_misread", message, call, node, event.says, False, (Candidate("Call the layer", edits),))


def _missing(case: Case, event: Event, call: Call, kind: str, name: str) -> Finding:
    """A layer without an argument that it cannot do without."""
    node, source = event.called, case.source
    why = ", the size of its hidden state" if kind in RECURRENT else ", the size of its output" if kind == "Dense" else ""
    message = f"{an(kind)[0].upper()}{an(kind)[1:]} needs `{name}`{why}, and the call gives none."
    size = _USUAL.get(name)
    candidates = [Candidate(f"{name}={size} in {kind}", (source.with_keyword(node, name, size),))] if size else []
    which = "units_misread" if name == "units" else "keras3_api"
    return Finding(which, message, call, node, event.says, False, tuple(candidates))


def float_units(case: Case, event: Event, call: Call) -> Finding | None:
    """Units that are no whole number, which Keras only meets when the layer is called."""
    if not isinstance(call.layer, LayerValue) or not isinstance(getattr(call.layer.core.layer, "units", None), float):
        return None
    node, source = call.layer.core.node, case.source
    keyword = source.keyword(node, "units")
    place = keyword.value if keyword else node.args[0] if node.args else None
    units = call.layer.core.layer.units
    message = f"The units of {an(call.layer.core.kind)} must be a whole number, but {case.name(call)} has {units}."
    candidates = []
    if isinstance(place, ast.BinOp) and isinstance(place.op, ast.Div) and units.is_integer():
        text = f"{source.text(place.left)} // {source.text(place.right)}"
        candidates.append(Candidate("Divide with //, which gives a whole number", (source.replaced(place, text),)))
    if place is not None:
        candidates.append(Candidate(f"Use {round(units)} units", (source.replaced(place, str(round(units))),)))
    return finding_of(event, "units_misread", call, message, candidates)


class _Missing(LayerValue):
    def __init__(self, kind: str, node: Any) -> None:
        super().__init__(None, node)
        self._kind = kind

    @property
    def kind(self) -> str:
        return self._kind

    @property
    def name(self) -> str:
        return self._kind


class _Unmade(Call):
    """The call of a layer that could not be made, so that it can be named and counted."""

    def __init__(self, kind: str, node: Any) -> None:
        super().__init__(_Missing(kind, node), node, (), {})


def _as_reader(case: Case, call: Call) -> Call:
    inputs = case.inputs()
    call.arguments = (inputs[0],) if inputs else ()
    return call


def _unknown_arguments(case: Case, kind: str, unknown: list[ast.keyword], node: Any) -> tuple[str, list[Candidate]]:
    """Which argument was meant, in words, and the change that writes it, or that leaves it out where none is like it."""
    if len(unknown) != 1 or unknown[0].arg is None:
        return "", []
    (keyword,) = unknown
    name = unknown[0].arg
    made = keras.Input if kind == "Input" else getattr(keras.layers, kind, None)
    takes = [] if made is None else [each for each in inspect.signature(made).parameters if each not in ("args", "kwargs")]
    given = {each.arg for each in node.keywords}
    near = nearest(name, [each for each in (*takes, "name", "dtype", "trainable") if each not in given])
    if near is None:
        return "", [Candidate(f"Remove the unknown argument {name}", (case.source.without(node, keyword),))]
    start = case.source.span(keyword)[0]
    edit = Edit(start, start + len(name), near)
    return f" The nearest is `{near}`.", [Candidate(f"Write {near}", (edit,), rename=True)]


def _units_tuple(case: Case, event: Event, call: Call, kind: str, given: Any) -> Finding:
    node, source = event.called, case.source
    keyword = source.keyword(node, "units")
    place = keyword.value if keyword else node.args[0]
    message = (
        f"The units of {an(kind)} must be one whole number, the size of its output: timesteps come from the input. "
        f"Received: {str(given)[:60]}."
    )
    candidates = []
    if isinstance(place, (ast.Tuple, ast.List)) and place.elts:
        for element in (place.elts[-1], place.elts[0]):
            candidates.append(
                Candidate(f"Use {source.text(element)} units", (source.replaced(place, source.text(element)),))
            )
    elif isinstance(given, (list, tuple)) and given and isinstance(given[-1], int):
        candidates.append(Candidate(f"Use {given[-1]} units", (source.replaced(place, str(given[-1])),)))
    elif isinstance(given, float):
        candidates.append(Candidate(f"Use {round(given)} units", (source.replaced(place, f"int({source.text(place)})"),)))
    return Finding("units_misread", message, call, node, event.says, False, tuple(candidates))
