"""Parts of arrays and tables in pasted code, by shape alone, where some of their sizes are not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.snippet.reader.data_values import Array, Full, Opaque, Shape, Table
from explorer.snippet.reader.literals import checked
from explorer.snippet.reader.nodes import Node
from explorer.snippet.reader.values import Broken, Event

# Stand for a size that is not known: what comes out differently for each of them is not known either.
_STAND_INS = (5003, 7001)


def view(shape: Sequence[int]) -> np.ndarray:
    """An array of any shape that takes no memory."""
    return np.broadcast_to(np.zeros((), np.int8), tuple(shape))


def probed(shapes: Sequence[Shape], function: Callable[..., Any], node: Node) -> Shape | None:
    """The shape that NumPy makes of arrays of these shapes: None where one is not known as it depends on what is not.

    Raises Broken where NumPy would raise, whatever the sizes are that are not known.
    """
    known = not any(None in shape for shape in shapes)
    found: list[Full] = []
    for stand_in in (0,) if known else _STAND_INS:
        full = [tuple(stand_in if size is None else size for size in shape) for shape in shapes]
        try:
            found.append(tuple(int(size) for size in function(*full)))
        except (ValueError, IndexError, TypeError, MemoryError) as error:
            if not known:
                return None
            raise Broken(Event("numpy", node, f"{type(error).__name__}: {error}")) from None
    if known:
        return checked(found[0], node)
    one, other = found
    if len(one) != len(other):
        return None
    checked([mine for mine, its in zip(one, other, strict=True) if mine == its], node)
    return tuple(mine if mine == its else None for mine, its in zip(one, other, strict=True))


def indexed(given: Array, index: Any, node: Node) -> Any:
    """A part of an array."""
    unknown = Array(None, given.whole, ragged=given.ragged, node=node)
    if given.shape is None:
        return _part_of_unknown(unknown, index, node)
    if given.open and _beyond(given.shape, index):
        longer: Shape = (*given.shape, *(None,) * (_parts(index) - len(given.shape)))
        return indexed(replace(given, shape=longer), index, node)
    if isinstance(index, Array):
        return _chosen(given, index, node)
    if isinstance(index, str) and given.shape:
        return Array(given.shape[:-1], given.whole, node=node)
    if isinstance(index, list):
        if index and all(isinstance(each, str) for each in index) and given.shape:
            return Array((*given.shape[:-1], _many(index)), given.whole, node=node)
        return given.made((_many(index), *given.shape[1:]), node) if given.shape else unknown
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(each, bool) for each in parts):
        # True and False choose values, which NumPy copies.
        return Array(None, given.whole, node=node)
    widths: dict[int, int | None] = {}
    plain: list[Any] = []
    axis, rank = 0, len(given.shape)
    for place, each in enumerate(parts):
        if each is Ellipsis:
            axis = rank - sum(1 for later in parts[place + 1 :] if later is not None)
            plain.append(each)
        elif isinstance(each, slice):
            if any(isinstance(bound, Opaque) for bound in (each.start, each.stop, each.step)):
                # NumPy keeps the axis as it is; how long the part is, is put in afterwards.
                widths[len(plain)] = _width(each)
                each = slice(None)
            plain.append(each)
            axis += 1
        elif isinstance(each, Opaque):
            if not each.whole:
                return unknown
            plain.append(0)
            axis += 1
        elif isinstance(each, list):
            widths[len(plain)] = _many(each)
            plain.append(slice(None))
            axis += 1
        elif each is None or isinstance(each, int):
            plain.append(each)
            axis += each is not None
        else:
            return unknown
    if any(each is Ellipsis for each in parts) and widths:
        return unknown
    try:
        shape = probed([given.shape], lambda sizes: view(sizes)[tuple(plain)].shape, node)
    except Broken:
        if given.typed:
            return unknown
        raise
    if shape is None:
        return unknown
    sizes = list(shape)
    for place, width in widths.items():
        at = sum(1 for each in plain[:place] if not isinstance(each, int) or isinstance(each, bool))
        sizes[at] = width
    # What was mixed stays mixed; whole one-hot vectors stay what they are.
    kept = all(isinstance(each, slice) for each in parts)
    changes: dict[str, Any] = {"padded": given.padded, "filled": given.filled, "turned": given.turned if kept else None}
    part = parts[0]
    if len(given.shape) == len(sizes) == 2 and isinstance(part, slice) and None not in (part.start, part.stop):
        changes["rows"] = sizes[1] is None or sizes[1] > 1
    return given.made(tuple(sizes), node, onehot=given.onehot and len(parts) == 1 and len(sizes) > 0, **changes)


def written_into(given: Array, index: Any, value: Any = None) -> Array:
    """An array after something was written into a part of it: what was there before pads the rest of every sequence.

    value: what was written, of which a number may be the largest then.
    """
    if (
        isinstance(value, int)
        and given.whole
        and given.low is not None
        and given.high is not None
        and given.low < given.high
    ):
        return replace(given, low=min(given.low, value), high=max(given.high, value), turned=None)
    parts = index if isinstance(index, tuple) else ()
    short = len(parts) > 1 and isinstance(parts[1], slice) and (parts[1].start, parts[1].stop) != (None, None)
    changed = replace(given, low=None, high=None, turned=None)
    return replace(changed, padded="filled", filled=given.low) if short and given.low == given.high else changed


def _part_of_unknown(unknown: Array, index: Any, node: Node) -> Array:
    """A part of an array of which nothing is known: the axes that its places name, and maybe more behind them."""
    parts = index if isinstance(index, tuple) else (index,)
    alone = parts[0]
    if len(parts) == 1 and not (isinstance(alone, slice) and _width(alone) is not None):
        return unknown
    if not all(isinstance(each, (slice, int, Opaque)) and not isinstance(each, bool) for each in parts):
        return unknown
    found = indexed(replace(unknown, shape=(None,) * len(parts), open=True, ragged=False), index, node)
    return found if isinstance(found, Array) and found.shape else unknown


def names_axes(index: Any) -> bool:
    """Whether a part says of what it is taken from that it has axes: several places, or a window of a known length."""
    if isinstance(index, tuple):
        return any(isinstance(each, slice) for each in index)
    return isinstance(index, slice) and _width(index) is not None


def _parts(index: Any) -> int:
    """How many axes an index names."""
    return sum(each is not None for each in index) if isinstance(index, tuple) else 1


def _beyond(shape: Shape, index: Any) -> bool:
    return not (isinstance(index, tuple) and any(each is Ellipsis for each in index)) and _parts(index) > len(shape)


def _width(part: slice) -> int | None:
    """How long a part between two places is that are not known, where their distance is."""
    low, high = part.start, part.stop
    if part.step not in (None, 1):
        return None
    if isinstance(low, Opaque) and isinstance(high, Opaque):
        far = high.minus(low)
        return far if far is not None and far >= 0 else None
    if isinstance(low, Opaque) and high is None and low.offset < 0 and low.root is None:
        return -low.offset
    return None


def _many(held: list[Any]) -> int | None:
    many = getattr(held, "size", len(held))
    return many if isinstance(many, int) else None


def _chosen(given: Array, index: Array, node: Node) -> Array:
    """The elements of an array at the places, or under the mask, that another one holds."""
    shape = given.shape or ()
    if index.shape is None or not shape:
        return Array(None, given.whole, node=node)
    mask = (index.low, index.high) == (0, 1) and index.shape[:1] == shape[:1]
    if mask:
        return given.made((None, *shape[len(index.shape) :]), node)
    return given.made((*index.shape, *shape[1:]), node)


def part_of_table(table: Table, index: Any, node: Node) -> Any:
    """A part of rows and columns: of columns that are named their number is known."""
    if isinstance(index, (str, int)):
        return Array((None,), node=node)
    if isinstance(index, list) and index and all(isinstance(each, (str, int, Opaque)) for each in index):
        return Array((None, _many(index)), node=node)
    if isinstance(index, tuple) and len(index) == 2:
        rows, columns = index
        many: Shape | None = None
        if isinstance(columns, (int, str)):
            many = ()
        elif isinstance(columns, list):
            many = (_many(columns),)
        elif isinstance(columns, slice) and all(isinstance(each, int) for each in (columns.start or 0, columns.stop)):
            low, high = columns.start or 0, columns.stop
            many = (high - low,) if 0 <= low <= high else (None,)
        elif isinstance(columns, slice):
            many = (None,)
        if many is not None:
            return Array((() if isinstance(rows, int) else (None,)) + many, node=node)
    return replace(table, why=f"{table.why[:60]}[…]")


def attribute_of_table(table: Table, name: str) -> Any:
    """What stands behind the dot of a table."""
    if name in ("values", "to_numpy"):
        return Array((None, None))
    if name in ("iloc", "loc", "T"):
        return table
    if name in ("empty", "columns", "index", "dtypes", "size"):
        return Opaque(f"{table.why}.{name}"[:80], f"{table.name}.{name}" if table.name else None, table.line)
    if name == "shape":
        names = [f"{table.name}.shape[{place}]" if table.name else None for place in range(2)]
        return tuple(Opaque("the rows and columns of a file", each, table.line, whole=True) for each in names)
    return None


__all__ = ["attribute_of_table", "indexed", "names_axes", "part_of_table", "probed", "view", "written_into"]
