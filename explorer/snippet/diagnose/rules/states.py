"""Recurrent layers that start with other states than they have."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import answer_in_words
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import CONV_RECURRENT, RECURRENT
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Call, Event, LayerValue, TensorValue, tensors_in
from explorer.tensors.text import an, count, joined


def states(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A recurrent layer that starts with states that do not fit."""
    if not isinstance(call.layer, LayerValue) or call.layer.core.kind not in (*RECURRENT, *CONV_RECURRENT):
        return None
    given = call.keywords.get("initial_state")
    first = call.arguments[0] if call.arguments else None
    if given is None and len(call.arguments) > 1:
        given = call.arguments[1]
    if given is None and isinstance(first, (list, tuple)) and len(first) > 1:
        given = list(first[1:])
    if given is None:
        return None
    states = tensors_in(given)
    core = call.layer.core.layer
    each_has = states_of(core)
    directions = 2 if call.kind == "Bidirectional" else 1
    wanted, units = each_has * directions, getattr(core, "units", None)
    widths = sorted({case.shape(each)[-1] for each in states if case.shape(each)}, key=lambda size: size or 0)
    one = "a hidden state h" if each_has == 1 else "a hidden state h and a cell state c"
    kind = an(type(core).__name__)
    whom = f"{kind[0].upper()}{kind[1:]} starts with {one}" + (" for each direction" if directions == 2 else "")
    message = (
        f"{whom}: {count(wanted, 'states')} of {count(units, 'units')}. {case.name(call)} was given {len(states)} "
        f"of {' and '.join(map(str, widths))}."
    )
    if type(core).__name__ == "RNN":
        message = f"The cells of {case.name(call)} start with {count(wanted, 'states')} in all, and are given {len(states)}."
    if len(states) == wanted and None not in widths and isinstance(units, int) and widths != [units]:
        givers = list(dict.fromkeys(each.made for each in states if each.made is not None))
        whose = f", from {joined([case.name(each) for each in givers])}" if givers else ""
        needs = "its initial state" if wanted == 1 else f"each of its {wanted} initial states"
        message = (
            f"{case.name(call)} has {count(units, 'units')}, so {needs} must be of size {units:,}. "
            f"Received: {joined([f'{width:,}' for width in widths])}{whose}."
        )
    if long := next((each for each in states if len(case.shape(each)) > 2), None):
        message += f" A state has no timesteps: {answer_in_words(case, long, case.shape(long))} is a sequence."
    return finding_of(event, "state_unpacking", call, message, right_states(case, call, states, wanted, units))


def too_many_states(case: Case) -> Finding | None:
    """A GRU starts with one state: others are never used."""
    for call in case.called():
        if not isinstance(call.layer, LayerValue) or call.layer.core.kind not in RECURRENT or call.kind == "Bidirectional":
            continue
        given = call.keywords.get("initial_state", call.arguments[1] if len(call.arguments) > 1 else None)
        states, wanted = tensors_in(given), states_of(call.layer.core.layer)
        if len(states) <= wanted or call.layer.core.kind == "RNN":
            continue
        units = call.layer.core.layer.units
        one = "a hidden state h and a cell state c" if wanted == 2 else "one state"
        message = f"`{call.name}` starts with {one}, but {len(states)} states are given: the others are never used."
        candidates = right_states(case, call, states, wanted, units)
        return Finding("state_unpacking", message, call, None, None, True, tuple(candidates))
    return None


def states_of(layer: Any) -> int:
    """How many states a recurrent layer has, those of all its cells together."""
    sizes = getattr(getattr(layer, "cell", None), "state_size", None)
    if sizes is None:
        return 2 if type(layer).__name__ in ("LSTM", *CONV_RECURRENT) else 1
    flat = [sizes]
    while any(isinstance(each, (list, tuple)) for each in flat):
        flat = [part for each in flat for part in (each if isinstance(each, (list, tuple)) else [each])]
    return len(flat)


def nested_states(case: Case) -> Finding | None:
    """The states of several cells in the output of a Sequential model: `fit` cannot train on them."""
    for call in case.called():
        if call.kind != "RNN" or not code_edits.in_sequential(call) or not call.value.layer.return_state:
            continue
        sizes = getattr(call.value.layer.cell, "state_size", None)
        if not isinstance(sizes, (list, tuple)) or not any(isinstance(each, (list, tuple)) for each in sizes):
            continue
        message = (
            f"With return_state=True `{call.name}` returns its output and a list of states for each of its {len(sizes)} "
            "cells: fit finds no target for them."
        )
        edit = case.source.without_keyword(call.value.node, "return_state")
        fixes = (Candidate("Return only the output (return_state=False)", (edit,)),) if edit else ()
        return Finding("state_unpacking", message, call, None, None, False, fixes)
    return None


def right_states(case: Case, call: Call, states: list[TensorValue], wanted: int, units: Any) -> list[Candidate]:
    """Other states for a recurrent layer, or other sizes. wanted: how many it starts with. units: the width of each."""
    source, node = case.source, _state_node(case, call)
    if node is None or not states:
        return []
    texts = [source.text(each) for each in node.elts] if isinstance(node, (ast.List, ast.Tuple)) else [source.text(node)]
    candidates: list[Candidate] = []
    names = _state_names(case, states)

    def offer(title: str, parts: list[str], edits: tuple[Edit, ...] = ()) -> None:
        text = f"[{', '.join(parts)}]" if len(parts) > 1 else parts[0]
        candidates.append(Candidate(title, (source.replaced(node, text), *edits)))

    if len(names) >= wanted and len(states) < wanted:
        offer("Pass every state", names[:wanted])
    if len(texts) == 2 and wanted == 4:
        offer("Start both directions with the same states", texts * 2)
    if len(texts) == 1 and wanted == 2:
        offer("Start both with the same state", texts * 2)
    if len(texts) > wanted and len(texts) == 2 * wanted:
        text, edits = code_edits.class_text(case, call.made_at, "Concatenate")
        half = len(texts) // 2
        joined = [f"{text}()([{texts[place]}, {texts[place + half]}])" for place in range(half)]
        offer("Concatenate the states of both directions", joined, tuple(edits))
        offer("Start with the states of the forward direction", texts[:wanted])
    elif len(texts) > wanted:
        offer("Start with the hidden state only", texts[:wanted])
    widths = {case.shape(each)[-1] for each in states if case.shape(each)}
    if len(widths) == 1 and units is not None and widths != {units}:
        (width,) = widths
        if isinstance(width, int):
            wider = code_edits.with_units(case, call, case.number(width))
            if wider:
                candidates.append(Candidate(f"Use {width} units in {call.name}, like its states", tuple(wider)))
            givers = {id(each.made): each.made for each in states if each.made}
            for giver in givers.values():
                if too := code_edits.with_units(case, giver, case.number(units)):
                    candidates.append(Candidate(f"Use {units} units in {giver.name} too", tuple(too)))
            text, more = code_edits.class_text(case, call.made_at, "Dense")
            offer(
                "Change the size of the states with a Dense layer",
                [f"{text}({units})({each})" for each in texts],
                tuple(more),
            )
    return candidates


def _state_names(case: Case, states: list[TensorValue]) -> list[str]:
    """The names that the code gave to all states of the layer that these come from."""
    giver = states[0].made
    if giver is None:
        return []
    memory = 1
    wanted = giver.outputs[memory:]
    found = []
    for state in wanted:
        names = [name for name, held in case.reader.names.items() if held is state]
        if not names:
            return []
        found.append(names[0])
    return found


def _state_node(case: Case, call: Call) -> Node | None:
    node = call.node
    if not isinstance(node, ast.Call):
        return None
    if keyword := case.source.keyword(node, "initial_state"):
        return keyword.value
    return node.args[1] if len(node.args) > 1 else None
