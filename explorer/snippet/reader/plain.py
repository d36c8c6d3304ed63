"""What Python itself makes of plain values: its operators and the few functions that are followed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from typing import Any

from explorer.snippet.reader.limits import LARGEST_NUMBER, LONGEST, bounded_number, light, plainly
from explorer.snippet.reader.values import Array, LayerValue, ModelValue, Opaque, TensorValue, Unreadable

PLAIN = (int, float, str, bool, type(None), tuple, list, dict, range, slice)
BUILTINS = frozenset(
    (
        *("range", "len", "int", "float", "str", "bool", "min", "max", "sum", "abs", "round", "list", "tuple", "dict"),
        *("set", "zip", "enumerate", "reversed", "sorted", "print", "any", "all", "map"),
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
    **{"any": any, "all": all, "reversed": reversed, "sorted": sorted},
    # A set has no order; what is read of one is its size, or it is sorted.
    "set": lambda given=(): list(dict.fromkeys(given)),
}


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
    if name == "len" and len(args) == 1 and isinstance(args[0], Array):
        return args[0].shape[0] if args[0].shape else Opaque("a length that is not known")
    if any(isinstance(each, (Opaque, Array, TensorValue, LayerValue, ModelValue)) for each in args):
        return Opaque(f"`{name}` of something that is not known")
    if name == "range":
        with plainly(node):
            made = range(*args)
        if len(made) > LONGEST:
            raise Unreadable(f"A range of {len(made):,} is too long to be read here.", node.lineno)
        return made
    if name == "map":
        return Opaque("`map`")
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
        return made
    # What was in a list may be anything: a layer, a function, a name of Keras.
    return list(made) if not isinstance(made, PLAIN) and isinstance(made, Iterable) else made
