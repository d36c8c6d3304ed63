"""Several tensors used as one, or unpacked into the wrong number of names."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import ATTENTION, MERGING
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Call, Event, LayerValue, tensors_in
from explorer.tensors.text import an, count


def several(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """A layer that takes one tensor was given what a layer with several outputs returned."""
    first = call.arguments[0] if call.arguments else None
    if not isinstance(first, (list, tuple)) or len(first) < 2 or call.kind in MERGING or call.kind in ATTENTION:
        return None
    made = {id(each.made): each.made for each in tensors_in(first)}
    giver = next(iter(made.values()), None)
    if len(made) != 1 or giver is None:
        return None
    if not isinstance(giver.layer, LayerValue):
        return None
    core = giver.layer.core.layer
    source = case.source
    if getattr(core, "return_state", False):
        edit = source.without_keyword(giver.layer.core.node, "return_state")
        message = (
            f"With return_state=True {case.name(giver)} returns {len(giver.outputs)} tensors, its output and its states, "
            f"but {case.name(call)} needs one."
        )
        candidates = [Candidate("Return only the output (return_state=False)", (edit,))] if edit else []
        if not code_edits.in_sequential(call) and isinstance(call.node, ast.Call) and call.node.args:
            argument = call.node.args[0]
            candidates.append(
                Candidate("Use the first tensor, the output", (source.replaced(argument, f"{source.text(argument)}[0]"),))
            )
        return finding_of(event, "state_unpacking", call, message, candidates)
    if giver.kind == "Bidirectional" and giver.layer.layer.merge_mode is None:
        message = (
            f"With merge_mode=None {case.name(giver)} returns two tensors, one for each direction, but {case.name(call)} "
            "needs one."
        )
        edit = source.with_keyword(giver.layer.node, "merge_mode", '"concat"')
        candidates = [Candidate("Concatenate the two directions", (edit,))]
        candidates += [Candidate("Add a Concatenate layer", tuple(code_edits.before(case, call, "Concatenate")))]
        return finding_of(event, "merge_mismatch", call, message, candidates)
    return None


def unpack(case: Case, event: Event) -> Finding:
    """More or fewer names than there are values."""
    wanted, got, tensors = event.given["wanted"], event.given["got"], event.given["tensors"]
    maker = tensors[0].made if tensors else None
    source, node = case.source, event.node
    target = event.given["target"]
    if maker is None or not isinstance(maker.layer, LayerValue):
        return Finding(
            "state_unpacking",
            f"There {'is' if wanted == 1 else 'are'} {count(wanted, 'names')} for {count(got, 'values')}.",
            None,
            node,
            event.says,
        )
    core = maker.layer.core
    name, kind = case.name(maker), an(core.kind)
    returns = getattr(core.layer, "return_state", False)
    candidates = []
    names = [source.text(each) for each in target.elts]
    if maker.kind == "Bidirectional" and maker.layer.layer.merge_mode is None and not returns:
        message = f"With merge_mode=None {name} returns two tensors, one for each direction, but there are {wanted} names."
        return Finding("merge_mismatch", message, maker, node, event.says)
    if returns:
        parts = "its output and the states of both directions"
        if core.kind == "RNN":
            parts = "its output and the states of every cell"
        elif got < 4:
            parts = "its output and its state h" if got == 2 else "its output, h and c"
        message = f"{name} returns {got} tensors, {parts}, but there are {count(wanted, 'names')}."
        if got > wanted:
            new = [f"{names[-1]}_{number}" for number in range(1, got - wanted + 1)]
            if got == 5 and wanted == 3:
                new = [f"backward_{each}" for each in names[1:]]
                new = [each.replace("backward__", "backward_state_") for each in new]
            candidates.append(Candidate("Name every tensor", (source.replaced(target, ", ".join([*names, *new])),)))
            candidates.append(
                Candidate("Name the first ones, and ignore the rest", (source.replaced(target, ", ".join([*names, "*_"])),))
            )
        else:
            kept = names[:got]
            if maker.kind == "Bidirectional" and got == 3 and wanted == 5:
                kept = [names[0], names[1], names[3]]
            edits = [source.replaced(target, ", ".join(kept))]
            lost = set(names) - set(kept)
            candidates.append(
                Candidate(
                    f"Use {got} names, as many as {kind} returns", tuple(edits + _renamed(case, target, lost, kept[-1]))
                )
            )
            if core.kind == "GRU" and got == 2:
                start, end = source.span(core.node.func)
                lstm, more = code_edits.class_text(case, core.node, "LSTM")
                candidates.append(Candidate("Use an LSTM, which also has a cell state c", (Edit(start, end, lstm), *more)))
    elif getattr(core.layer, "not_known", False):
        message = (
            f"{name} is of another package and not known here: it is taken to return one tensor, but there are {wanted} "
            "names. Give it one name, and take the parts of what it returns by their number."
        )
    else:
        message = f"{name} returns one tensor, but there are {wanted} names: set return_state=True to get its states."
        candidates.append(
            Candidate("Return the states too (return_state=True)", (source.with_keyword(core.node, "return_state", "True"),))
        )
        if core.kind == "Bidirectional" or maker.kind == "Bidirectional":
            edit = source.with_keyword(maker.layer.node, "merge_mode", "None")
            candidates.append(Candidate("Return the directions separately (merge_mode=None)", (edit,)))
    return Finding("state_unpacking", message, maker, node, event.says, False, tuple(candidates))


def _renamed(case: Case, target: Node, lost: set[str], name: str) -> list[Edit]:
    """Names that are bound no more: where they are read in a list of states they go, elsewhere another stands for them."""
    edits: list[Edit] = []
    source = case.source
    inside = {id(each) for each in ast.walk(target)}
    in_models = _in_models(source)
    for each in ast.walk(source.tree):
        if isinstance(each, (ast.List, ast.Tuple)) and id(each) not in inside:
            gone = [element for element in each.elts if isinstance(element, ast.Name) and element.id in lost]
            if gone and len(gone) < len(each.elts):
                rest = [source.text(element) for element in each.elts if element not in gone]
                text = rest[0] if len(rest) == 1 and id(each) not in in_models else f"[{', '.join(rest)}]"
                edits.append(source.replaced(each, text))
                inside |= {id(element) for element in ast.walk(each)}
    for each in ast.walk(source.tree):
        if isinstance(each, ast.Name) and each.id in lost and id(each) not in inside:
            edits.append(source.replaced(each, name))
    return edits


def _in_models(source: Any) -> set[int]:
    """The arguments of all models, by identity."""
    return {
        id(argument)
        for each in ast.walk(source.tree)
        if isinstance(each, ast.Call) and source.text(each.func).endswith("Model")
        for argument in each.args
    }
