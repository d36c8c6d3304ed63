"""Methods of lists, sets and dictionaries, which change how much they hold."""

from __future__ import annotations

from typing import Any

from explorer.snippet.reader.data_values import Distinct, Items, Opaque, Pairs, Window
from explorer.snippet.reader.limits import light, plainly
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.plain import run_of_plain
from explorer.snippet.reader.record import Record

_TAKING = ("clear", "discard", "pop", "popitem", "remove")


def changed(record: Record, owner: Any, name: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> tuple[Any] | None:
    """What a method gives that changes its list, set or dictionary, in a tuple; None for another method."""
    if isinstance(owner, Distinct):
        return _of_set(record, owner, name, args, node)
    if isinstance(owner, list) and name in ("append", "extend", "insert"):
        _grown(record, owner, name, args, node)
        if isinstance(owner, Window) and owner.most is not None and len(owner) > owner.most:
            # What it holds from now on are the last ones, however many came.
            del owner[: len(owner) - owner.most]
        return (None,)
    if isinstance(owner, Window) and name in ("popleft", "appendleft", "rotate"):
        owner.rest = None
        return (owner[0] if owner and name == "popleft" else Opaque("an element"),)
    if isinstance(owner, list) and name in ("clear", "remove") and isinstance(owner, Items):
        owner.rest = None
        return (None,)
    if isinstance(owner, dict) and name == "update":
        _updated(record, owner, args, kwargs, node)
        return (None,)
    if isinstance(owner, Pairs) and name in ("setdefault", *_TAKING):
        return _of_dictionary(record, owner, name, args, node)
    if isinstance(owner, Pairs) and owner.size is None and name in ("items", "keys", "values"):
        held = Items({"items": owner.items, "keys": owner.keys, "values": owner.values}[name]())
        held.rest = None
        return (held,)
    if isinstance(owner, Pairs) and owner.rest is None and name == "get" and args and not isinstance(args[0], Opaque):
        return (owner[args[0]] if args[0] in owner else Opaque("an entry that is not known"),)
    if isinstance(owner, Pairs) and name == "copy":
        copied = Pairs(owner)
        copied.rest = owner.rest
        return (copied,)
    return None


def _grown(record: Record, owner: list[Any], name: str, args: list[Any], node: Node) -> None:
    """A list that grows, at its end. Raises Unreadable where Python would raise."""
    with plainly(node):
        before = len(owner)
        if name == "append":
            owner.append(*args)
        elif name == "insert":
            owner.insert(*args)
        else:
            (more,) = args
            held, whole = run_of_plain(more)
            owner.extend(held)
            if not whole and isinstance(owner, Items):
                owner.rest = None
    if isinstance(owner, Items):
        record.grown.append((owner, len(owner) - before))
    light(owner, node)


def _of_set(record: Record, owner: Distinct, name: str, args: list[Any], node: Node) -> tuple[Any]:
    """A set: what is added to it is held once; whether an element goes is not always known."""
    if name == "add" and args:
        _joined(record, owner, [args[0]], node)
        return (None,)
    if name in ("update", "union"):
        made = owner if name == "update" else Distinct(owner)
        made.rest = owner.rest
        for each in args:
            held, whole = run_of_plain(each)
            _joined(record, made, held, node)
            made.rest = made.rest if whole else None
        return (None if name == "update" else made,)
    if name == "copy":
        made = Distinct(owner)
        made.rest = owner.rest
        return (made,)
    if name in (*_TAKING, "difference_update", "intersection_update", "symmetric_difference_update"):
        owner.rest = None
        return (Opaque("an element of a set") if name == "pop" else None,)
    return (Opaque(f"`.{name}()` of a set"),)


def _joined(record: Record, owner: Distinct, more: list[Any], node: Node) -> None:
    before = len(owner)
    with plainly(node):
        owner[:] = dict.fromkeys([*owner, *more])
    record.grown.append((owner, len(owner) - before))
    light(owner, node)


def _updated(record: Record, owner: dict[Any, Any], args: list[Any], kwargs: dict[str, Any], node: Node) -> None:
    before = len(owner)
    for each in (*args, kwargs):
        with plainly(node):
            known = isinstance(each, dict) or (isinstance(each, list) and all(isinstance(one, tuple) for one in each))
            owner.update(each if known else {})
        if isinstance(owner, Pairs) and not (known and getattr(each, "rest", 0) == 0):
            owner.rest = None
    if isinstance(owner, Pairs):
        record.grown.append((owner, len(owner) - before))
    light(owner, node)


def _of_dictionary(record: Record, owner: Pairs, name: str, args: list[Any], node: Node) -> tuple[Any]:
    key = light(args[0], node) if args else None
    with plainly(node):
        there = bool(args) and key in owner
    if name == "setdefault":
        if not there and owner.rest is None:
            return (
                args[1] if len(args) > 1 and isinstance(args[1], (list, dict)) else Opaque("an entry that is not known"),
            )
        before = len(owner)
        made = owner.setdefault(key, args[1] if len(args) > 1 else None)
        record.grown.append((owner, len(owner) - before))
        return (made,)
    if name == "pop" and there:
        return (owner.pop(key),)
    if name == "pop" and owner.size is not None and len(args) > 1 and not isinstance(key, Opaque):
        return (args[1],)
    owner.rest = None
    return (Opaque("an entry that is not known"),)
