"""What Python itself makes of plain values: its operators and the few functions that are followed."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from explorer.snippet.reader.data_values import Array, Distinct, Items, Opaque, Pairs, Range, Window
from explorer.snippet.reader.limits import LARGEST_NUMBER, LONGEST, bounded_number, light, plainly
from explorer.snippet.reader.values import LayerValue, ModelValue, TensorValue, Unreadable

PLAIN = (int, float, str, bool, type(None), tuple, list, dict, range, slice)
BUILTINS = frozenset(
    (
        *("range", "len", "int", "float", "str", "bool", "min", "max", "sum", "abs", "round", "list", "tuple", "dict"),
        *("set", "zip", "enumerate", "reversed", "sorted", "print", "any", "all", "map", "divmod", "filter"),
    )
)
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{"len": len, "int": int, "float": float, "str": str, "bool": bool, "min": min, "max": max, "sum": sum, "abs": abs},
    **{"round": round, "list": list, "tuple": tuple, "dict": dict, "zip": zip, "enumerate": enumerate},
    **{"any": any, "all": all, "reversed": reversed, "sorted": sorted, "divmod": divmod},
    # A set has no order; what is read of one is its size, or it is sorted.
    "set": lambda given=(): Distinct(dict.fromkeys(given)),
}
# What these give depends on every element.
_OF_ALL = ("min", "max", "sum", "any", "all")


def bounded(node: ast.BinOp, left: Any, right: Any) -> None:
    """Keep arithmetic from making something huge: powers, and sequences that are repeated or joined."""
    sized = [each for each in (left, right) if isinstance(each, (str, list, tuple))]
    if isinstance(node.op, ast.Pow):
        too_much = not all(isinstance(each, (int, float)) and abs(each) <= 10**6 for each in (left, right)) or right > 60
    elif isinstance(node.op, ast.Mult) and sized:
        times = next((each for each in (left, right) if isinstance(each, int)), 0)
        too_much = len(sized[0]) * times > LONGEST
    elif isinstance(node.op, ast.Mod) and isinstance(left, str):
        too_much = True
    else:
        too_much = sum(map(len, sized)) > LONGEST
    if too_much:
        raise Unreadable("This arithmetic makes something too large or is not supported. Write the result.", node.lineno)


def builtin(name: str, args: list[Any], kwargs: dict[str, Any], node: ast.Call) -> Any:
    """What a function of Python gives; an `Opaque` where that is not known.

    Raises Unreadable where Python would raise, or where it would make something too long.
    """
    if name == "print":
        return None
    if name == "len" and len(args) == 1 and isinstance(args[0], (Array, Items, Pairs)):
        size = args[0].size if not isinstance(args[0], Array) else args[0].shape[0] if args[0].shape else None
        return size if size is not None else Opaque("a length that is not known", whole=True)
    if name == "range" and any(isinstance(each, Opaque) for each in args):
        return Range(
            "a range whose end is not known", counted=args[0] if len(args) == 1 and isinstance(args[0], Opaque) else None
        )
    if name == "zip" and args and any(isinstance(each, (Array, Opaque, Items, Pairs)) for each in args):
        return _zipped(args)
    if name == "enumerate" and args and isinstance(args[0], (Array, Opaque, Items, Pairs)):
        return _numbered(args[0], node)
    alone = args[0] if len(args) == 1 else None
    if name in ("list", "tuple", "sorted", "reversed") and isinstance(alone, (Array, Range)):
        return alone
    if isinstance(alone, (Items, Pairs)) and alone.size != len(alone) and (made := _of_some(name, alone)) is not None:
        return made
    if name == "int" and len(args) == 1 and isinstance(args[0], (Opaque, Array)):
        return Opaque(getattr(args[0], "why", "a number of an array"), getattr(args[0], "name", None), whole=True)
    if name in ("len", "round") and any(isinstance(each, Opaque) for each in args):
        return Opaque(f"`{name}` of something that is not known", whole=True)
    if any(isinstance(each, (Opaque, Array, TensorValue, LayerValue, ModelValue)) for each in args):
        return Opaque(f"`{name}` of something that is not known")
    if name == "range":
        with plainly(node):
            numbers = range(*args)
            many = len(numbers)
        return numbers if many <= LONGEST else Range(f"a range of {many:,}", many=many)
    if name in ("map", "filter"):
        return Opaque(f"`{name}`")
    allowed = {"sorted": {"reverse"}, "enumerate": {"start"}, "zip": {"strict"}, "max": {"default"}, "min": {"default"}}
    if name != "dict" and set(kwargs) - allowed.get(name, set()):
        return Opaque(f"`{name}` with a function of its own")
    with plainly(node):
        # Zipped, joined or written out, it comes to as much as all of it together.
        many = sum(len(each) for each in args if isinstance(each, (str, list, tuple, dict, range)))
    digits = args[1] if name == "round" and len(args) > 1 else 0
    if many > 2 * LONGEST or (isinstance(digits, int) and abs(digits) > len(str(LARGEST_NUMBER))):
        raise Unreadable(f"What `{name}` is given is too much to be read here. Write the result.", node.lineno)
    with plainly(node):
        made = bounded_number(_FUNCTIONS[name](*args, **kwargs), node)
        light(made, node)
    if name == "dict":
        return Pairs(made)
    # What was in a list may be anything: a layer, a function, a name of Keras.
    made = list(made) if not isinstance(made, PLAIN) and isinstance(made, Iterable) else made
    return Items(made) if isinstance(made, list) and not isinstance(made, Items) else made


def one_of(owner: Any, name: str | None) -> Any:
    """An element of a list or dictionary, nobody knows which. name: how the code calls it."""
    every = list(owner.values()) if isinstance(owner, dict) else owner
    if isinstance(owner, Items) and len(owner) == 1:
        return every[0]
    whole = bool(every) and all(isinstance(each, int) or getattr(each, "whole", False) is True for each in every)
    return Opaque("an element whose place is not known", name, whole=whole)


def _of_some(name: str, held: Items | Pairs) -> Any:
    """What a function makes of a list or dictionary of which not all is held; None where it does not matter."""
    if name in ("list", "tuple", "sorted", "reversed", "set", "dict"):
        pairs = all(isinstance(each, tuple) and len(each) == 2 and not isinstance(each[0], (list, dict)) for each in held)
        kept = held if name != "dict" or isinstance(held, dict) or pairs else ()
        made = Pairs(kept) if name == "dict" else Distinct(held) if name == "set" else Items(held)
        many = held.size if type(made) is Items and isinstance(held, Window) else None
        made.rest = held.rest if type(made) is type(held) is Items else None if many is None else many - len(made)
        return made
    if name in ("min", "max") and len(held) == 1 and isinstance(held, Items) and isinstance(held[0], Opaque):
        return held[0]
    alike = name in ("min", "max") and held.rest is not None
    return Opaque(f"`{name}` of a list that is not known", whole=True) if name in _OF_ALL and not alike else None


def _zipped(args: list[Any]) -> Any:
    """`zip` of values of which not all are known as a whole."""
    runs = [run_of_plain(each) for each in args]
    if any(not held for held, _ in runs):
        return Items()
    length = min(len(held) for held, _ in runs)
    found = Items(zip(*(held[:length] for held, _ in runs), strict=True))
    found.rest = 0 if all(whole for _, whole in runs) else None
    return found


def _numbered(value: Any, node: ast.Call) -> Items:
    held, whole = run_of_plain(value)
    found = Items(
        (place if whole else Opaque("the number of an element", whole=True), each) for place, each in enumerate(held)
    )
    found.rest = 0 if whole else None
    return found


def run_of_plain(value: Any) -> tuple[list[Any], bool]:
    """The first elements of a value, and whether they are all of them."""
    if isinstance(value, Array):
        one = value.made(value.shape[1:] if value.shape else None, value.node, turned=None)
        many = value.shape[0] if value.shape else None
        return [one] * (many if many is not None and many <= 64 else 1), many is not None and many <= 64
    if isinstance(value, Range):
        return [Opaque("a number of a loop", whole=True)], False
    if isinstance(value, Opaque):
        return [Opaque(f"an element of {value.why}"[:80])], False
    if isinstance(value, Items) and value.rest != 0:
        return list(value[:1]) or [Opaque("an element")], False
    if isinstance(value, (Distinct, Pairs)):
        return list(value) or [Opaque("an element")] * (value.size is None), value.size is not None
    return list(value) if isinstance(value, (list, tuple, range, str, dict)) else [Opaque("an element")], True


_PLACES = re.compile(r"%(?:\([\w]{1,40}\))?[-+ 0#]{0,3}\d{0,2}(?:\.\d{1,2})?[sdifgeEGxXr%]")
_FIELDS = re.compile(r"\{(\w{0,30})(?:![rsa])?(?::[-+ 0#<>^,]{0,3}\d{0,2}(?:\.\d{1,2})?[sdfgexX%]?)?\}")


def formatted(text: str, given: Any) -> Any:
    """`text % given` with numbers and texts; an `Opaque` where it is anything else."""
    parts = given if isinstance(given, tuple) else (given,)
    if isinstance(given, dict):
        parts = tuple(given.values())
    short = all(isinstance(each, (int, float)) or (isinstance(each, str) and len(each) < 1000) for each in parts)
    if not short or len(text) > 1000 or _PLACES.sub("", text).count("%"):
        return Opaque("a text that is not known")
    try:
        return (text % given)[:1000]
    except (TypeError, ValueError, KeyError, OverflowError):
        return Opaque("a text that is not known")


def filled_in(text: str, args: list[Any], kwargs: dict[str, Any]) -> str:
    """`text.format(...)` with numbers and texts; what is not known is left out."""
    given = [*args, *kwargs.values()]
    plain = all(isinstance(each, (int, float)) or (isinstance(each, str) and len(each) < 1000) for each in given)
    if plain and len(text) <= 1000 and not any(mark in _FIELDS.sub("", text) for mark in "{}"):
        try:
            return text.format(*args, **kwargs)[:1000]
        except (LookupError, ValueError, TypeError, OverflowError):
            pass
    return text.replace("{}", "…")[:1000]
