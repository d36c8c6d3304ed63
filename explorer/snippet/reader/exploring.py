"""Functions, classes and methods that nothing calls: followed all the same where the code makes no model otherwise."""

from __future__ import annotations

import ast
from typing import Any

from explorer.snippet.reader.instances import instantiated
from explorer.snippet.reader.makers import Makers
from explorer.snippet.reader.objects import Bound, ClassValue, Instance
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.unknowns import Given
from explorer.snippet.reader.values import Broken, Exhausted, Function, LayerValue, ModelValue, Unreadable

MOST_FOLLOWED = 40


def explore(reader: Reader) -> None:
    """Follow what nothing calls, as long as there is no model, or none that is trained.

    Raises Unreadable where the code is too long, and Broken where Keras would raise.
    """
    try:
        _explore(reader)
    except RecursionError:
        raise Exhausted("The code is nested too deeply to be read. Use less nesting.") from None


def _explore(reader: Reader) -> None:
    makers, tried = reader.makers, 0
    if not _whole(reader):
        for value in _outermost(reader):
            if _whole(reader) or tried >= MOST_FOLLOWED:
                break
            tried += 1
            _followed(reader, value)
        if reader.asked:
            _without_asking(reader)
    if _fitted(reader) or reader.asked:
        return
    # A model that stands: whoever trains it says with what.
    for value in list(reader.names.values()):
        if isinstance(value, Function) and id(value.node) not in reader.called and makers.fits([value.node]):
            _attempt(reader, lambda value=value: reader.follow(value, [], {}, value.node, guess=True))
        if _fitted(reader):
            return
    for owner in list(reader.objects):
        if owner.kind == "plain" and not _fitted(reader):
            _methods(reader, owner)


def _without_asking(reader: Reader) -> None:
    """A function that needs no argument may make the same model without a number that is missing."""
    models, asked = list(reader.models), dict(reader.asked)
    for value in _outermost(reader, called=True):
        if not isinstance(value, Function) or not isinstance(value.node, ast.FunctionDef):
            continue
        given = value.node.args
        if len(given.args) > len(given.defaults) or given.posonlyargs or any(each is None for each in given.kw_defaults):
            continue
        reader.models[:], reader.asked = [], {}
        _followed(reader, value)
        if _whole(reader) and not reader.asked:
            return
    reader.models[:], reader.asked = models, asked


def _whole(reader: Reader) -> bool:
    found = [each for each in reader.models if each.unread is None]
    return any(each.layers or each.built or (each.own is not None and each.fits) for each in found)


def _fitted(reader: Reader) -> bool:
    return any(name == "fit" for each in reader.models for name, *_ in each.fits)


def _outermost(reader: Reader, called: bool = False) -> list[Any]:
    """What makes models and is not called, or is all the same; those first that nothing else in the code calls."""
    makers: Makers = reader.makers
    found: list[tuple[str, Any]] = []
    for value in reader.names.values():
        new = called or id(getattr(value, "node", None)) not in reader.called
        if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef) and new:
            if value.name in makers.defined or makers.fits([value.node]):
                found.append((value.name, value))
        elif isinstance(value, ClassValue) and id(value.node) not in reader.called and value.name in makers.defined:
            found.append((value.name, value))
    for owner in reader.objects:
        if owner.made_by is not None and owner.kind == "plain" and owner.made_by.name in makers.defined:
            found.append((owner.made_by.name, owner))
    within = {name for caller, names in makers.callers.items() for name in names if name != caller}
    order = {id(value): (_last(value), name in within) for name, value in found}
    return [value for _, value in sorted(found, key=lambda pair: order[id(pair[1])])]


def _last(value: Any) -> int:
    """A layer of the code's own is a part of a model, and no model where there is any other."""
    kind = getattr(value, "kind", "plain")
    return 2 if kind == "layer" else 1 if kind == "model" else 0


def _followed(reader: Reader, value: Any) -> None:
    if isinstance(value, Function):
        _attempt(reader, lambda: reader.follow(value, [], {}, value.node, guess=True))
    elif isinstance(value, Instance):
        _methods(reader, value)
    elif isinstance(value, ClassValue) and value.kind != "layer":
        node = ast.copy_location(ast.Call(ast.Name(value.name, ast.Load()), [], []), value.node)
        made = _attempt(reader, lambda: instantiated(reader, value, [], {}, node, guess=True))
        if isinstance(made, Instance) and made.kind != "model":
            _methods(reader, made)


def _methods(reader: Reader, owner: Instance) -> None:
    """The methods of an object that nobody called: those that make a model before those that train it."""
    if owner.made_by is None:
        return
    makers = reader.makers
    methods: dict[str, Function] = {}
    for each in owner.made_by.family():
        for name, value in each.names.items():
            if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef) and not name.startswith("__"):
                methods.setdefault(name, value)
    within = {name for method in methods.values() for name in makers.callers.get(method.name, ())}
    making = [name for name, value in methods.items() if makers.makes([value.node]) and not makers.fits([value.node])]
    training = [name for name, value in methods.items() if makers.fits([value.node])]
    for name in (*sorted(making, key=lambda name: name in within), *training):
        method = methods[name]
        if name in owner.called or id(method.node) in reader.called:
            continue
        how = owner.made_by.find(name)
        bound = Bound(method, owner)
        first = [] if how and how[1] == "static" else [bound.owner]
        owner.called.add(name)
        _attempt(reader, lambda method=method, first=first: reader.follow(method, first, {}, method.node, guess=True))


def _attempt(reader: Reader, follow: Any) -> Any:
    try:
        return follow()
    except Exhausted:
        if reader.budget.over or not _whole(reader):
            raise
    except Unreadable as error:
        reader.skip(error, None)
    except Broken as error:
        # With arguments that nobody gives, only what Keras says of tensors is to be believed.
        if not _whole(reader) or error.event.what not in ("numpy", "reshape", "ragged"):
            raise
    return None


def from_target(reader: Reader, model: ModelValue | None, given: Any) -> Given:
    """Numbers that were asked for and follow from the target: what the last layer is made with."""
    if not reader.asked or model is None or not reader.typed.y:
        return {}
    found: dict[str, int | tuple[int, ...]] = {}
    if not model.outputs and model.layers and isinstance(model.layers[-1], LayerValue):
        ends = [each for each in model.layers[-2:] if isinstance(each, LayerValue) and each.core.kind in ("Dense", "Conv1D")]
        for ask in reader.asked.values():
            if ends and ask.node is ends[-1].core.node and not ask.shape and len(reader.typed.y[0]) > 1:
                found[ask.name] = reader.typed.y[0][-1]
    for place, tensor in enumerate(model.outputs):
        call = tensor.made
        while call is not None and not (isinstance(call.layer, LayerValue) and call.layer.core.kind in ("Dense", "Conv1D")):
            if not call.inputs or len(call.inputs) != 1:
                break
            call = call.inputs[0].made
        if call is None or not isinstance(call.layer, LayerValue) or place >= len(reader.typed.y):
            continue
        target = reader.typed.y[place]
        for ask in reader.asked.values():
            if ask.node is call.layer.core.node and not ask.shape and len(target) > 1:
                found[ask.name] = target[-1]
    return found


__all__ = ["Broken", "explore", "from_target"]
