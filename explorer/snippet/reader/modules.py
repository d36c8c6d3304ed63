"""Functions of the standard library that only compute, and are followed with what is known of their arguments."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from typing import Any

from explorer.snippet.reader.data_values import Items, Opaque
from explorer.snippet.reader.limits import LONGEST, bounded_number, light, plainly
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.objects import Instance
from explorer.snippet.reader.record import Record

# Numbers up to this go into functions that grow fast.
_SMALL = 40
_MATH = ("ceil", "floor", "trunc", "sqrt", "isqrt", "log", "log2", "log10", "log1p", "fabs", "gcd", "lcm", "hypot", "fmod")
_FAST = ("exp", "pow", "factorial", "comb", "perm", "cosh", "sinh")
_BOUNDED = ("sin", "cos", "tan", "tanh", "atan", "atan2", "radians", "degrees", "erf", "copysign")
_WALKS: dict[str, Callable[..., Any]] = {
    "itertools.chain": itertools.chain,
    "itertools.product": itertools.product,
    "itertools.zip_longest": itertools.zip_longest,
    "itertools.combinations": itertools.combinations,
    "itertools.permutations": itertools.permutations,
    "itertools.pairwise": itertools.pairwise,
    "itertools.accumulate": itertools.accumulate,
}


def computed(record: Record, why: str, args: list[Any], kwargs: dict[str, Any], node: Node) -> tuple[Any] | None:
    """What a function of the standard library gives, in a tuple; None where it is another one, or not all is known."""
    top, _, name = why.rpartition(".")
    if top == "math":
        return _number(name, args, node)
    if why in _WALKS:
        return _walk(why, args, node)
    if why == "json.loads" and args and isinstance(args[0], str) and len(args[0]) <= LONGEST:
        with plainly(node):
            return (light(_lists(json.loads(args[0])), node),)
    if why in ("os.environ.get", "os.getenv") and args and isinstance(args[0], str):
        held = args[1] if len(args) > 1 else kwargs.get("default")
        if held is None:
            return None
        record.assume(node, f"The environment is taken to have no {args[0][:40]}: {held!r:.40} is read.")
        return (held,)
    if top == "dataclasses" and args and isinstance(args[0], Instance):
        return _of_dataclass(name, args[0], kwargs)
    return None


def constant(why: str) -> Any:
    """A number of `math` by its name; None for another name."""
    return {"math.pi": math.pi, "math.e": math.e, "math.tau": math.tau, "math.inf": math.inf}.get(why)


def _number(name: str, args: list[Any], node: Node) -> tuple[Any] | None:
    if not args or not all(isinstance(each, (int, float)) for each in args):
        found = Opaque(f"math.{name}", whole=name in ("ceil", "floor", "trunc", "isqrt", "gcd", "lcm"))
        return (found,) if any(isinstance(each, Opaque) for each in args) else None
    if name in _FAST and any(abs(each) > _SMALL for each in args):
        return None
    if name not in (*_MATH, *_FAST, *_BOUNDED):
        return None
    with plainly(node):
        return (bounded_number(getattr(math, name)(*args), node),)


def _walk(why: str, args: list[Any], node: Node) -> tuple[Any] | None:
    known = [each for each in args if isinstance(each, (list, tuple, range, str)) and getattr(each, "rest", 0) == 0]
    numbers = [each for each in args if isinstance(each, int)]
    if len(known) + len(numbers) < len(args) or not known:
        return None
    if why == "itertools.product" and math.prod(len(each) for each in known) > LONGEST:
        return None
    if sum(map(len, known)) > LONGEST or any(abs(each) > 4 for each in numbers):
        return None
    with plainly(node):
        found = Items(itertools.islice(_WALKS[why](*args), LONGEST))
    return (light(found, node),)


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(each) for key, each in value.items()}
    return Items(_lists(each) for each in value) if isinstance(value, list) else value


def _of_dataclass(name: str, owner: Instance, kwargs: dict[str, Any]) -> tuple[Any] | None:
    if name == "replace":
        return (Instance(owner.made_by, owner.node, {**owner.held, **kwargs}),)
    if name == "asdict":
        return (dict(owner.held),)
    return (tuple(owner.held.values()),) if name == "astuple" else None
