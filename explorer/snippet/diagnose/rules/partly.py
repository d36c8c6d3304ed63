"""Data of which not every size is known: told as wrong only where they are, whatever the sizes that are not known."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.fitted import Fitted, fitted, known
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.shape_text import declared_in_words
from explorer.snippet.reader.data_values import Array, Shape
from explorer.snippet.reader.values import TensorValue


def partly(case: Case) -> Iterator[Finding]:
    """Data that no input of the model takes, call by call, where their shape is known in part."""
    if case.given.x is not None:
        return
    inputs = case.whole.inputs
    for each in fitted(case):
        if len(each.x) != len(inputs):
            continue
        for tensor, array in zip(inputs, each.x, strict=True):
            if array is None or array.shape is None or known(array):
                continue
            if not _may_fit(array, tensor.shape, case.whole.sequential):
                yield _refused(case, each, tensor, array)


def one_sample(given: Shape, declared: Shape) -> bool:
    """Whether data may be a single sample, without the batch axis."""
    return len(given) == len(declared) - 1 and all(map(_alike, given, declared[1:]))


def _alike(mine: int | None, its: int | None) -> bool:
    return None in (mine, its) or mine == its


def _may_fit(array: Array, declared: Shape, any_length: bool) -> bool:
    """Whether data may be what an Input takes; Keras adds or drops a last axis of 1 by itself."""
    given, rank = array.shape or (), len(declared)
    sizes = [(mine, its) for place, (mine, its) in enumerate(zip(given, declared, strict=False)) if place]
    if any_length and rank > 2:
        # A Sequential model takes another number of timesteps than it declares.
        sizes = sizes[1:]
    if not all(_alike(*pair) for pair in sizes):
        return False
    if len(given) == rank or (array.open and len(given) < rank):
        return True
    return (len(given) == rank + 1 and given[-1] in (None, 1)) or (len(given) == rank - 1 and declared[-1] in (None, 1))


def _refused(case: Case, each: Fitted, tensor: TensorValue, array: Array) -> Finding:
    given, declared = array.shape or (), tensor.shape
    wanted, place = declared_in_words(case, tensor, declared), each.places.get("x")
    shape = _shape_in_words(given, array.open)
    says = (
        f"ValueError: Invalid input shape for input. Expected shape {declared}, but input has incompatible shape "
        f"{_shape_in_words(given, array.open)}"
    )
    start = f"`{each.name}` is given {shape}, but the model takes {wanted}"
    if each.name.startswith("predict") and one_sample(given, declared) and not array.open:
        message = f"`{each.name}` is given one sample, {shape}, but the model takes {wanted}: the batch axis is missing."
        candidates = []
        if isinstance(place, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)) and len(each.x) == 1:
            edit = case.source.replaced(place, f"{case.text(place)}[None]")
            candidates.append(Candidate("Add a batch axis", (edit,)))
        return Finding("input_rank", message, None, each.node, says, False, tuple(candidates))
    if len(given) == len(declared) == 3 and _swapped(given, declared):
        message = f"{start}. Timesteps and features are swapped."
        return Finding("axes_swapped", message, None, each.node, says, False, tuple(_turning(case, each, place)))
    if len(given) == len(declared) == 3 and given[1] not in (None, declared[1]) and _alike(given[2], declared[2]):
        message = f"{start}. A functional model only accepts the number of timesteps that it declares."
        return Finding("unknown_length", message, None, each.node, says, False)
    if array.open and len(given) < len(declared) and not _alike(given[1], declared[1]) and not case.whole.sequential:
        message = f"{start}. A functional model only accepts the number of timesteps that it declares."
        return Finding("unknown_length", message, None, each.node, says, False)
    return Finding(
        "input_rank", f"{start}.", None, each.node, says, False, tuple(_widened(case, each, given, declared, place))
    )


def _swapped(given: Shape, declared: Shape) -> bool:
    """Whether data would fit with their last two axes the other way round."""
    return _alike(given[1], declared[2]) and given[2] is not None and given[2] == declared[1]


def _turning(case: Case, each: Fitted, place: ast.AST | None) -> Iterator[Candidate]:
    title = "Swap the axes of the data"
    if each.first:
        yield Candidate(title, (), case.data, "x = np.swapaxes(x, 1, 2)")
    elif isinstance(place, (ast.Name, ast.Attribute, ast.Subscript)) and len(each.x) == 1:
        yield Candidate(title, (case.source.replaced(place, f"{case.text(place)}.swapaxes(1, 2)"),))


def _widened(case: Case, each: Fitted, given: Shape, declared: Shape, place: ast.AST | None) -> Iterator[Candidate]:
    """Rows of a table for a model of sequences: each row is one timestep, or all of its columns are timesteps."""
    if len(given) != 2 or len(declared) != 3 or len(each.x) != 1:
        return
    steps, features = declared[1:]
    if steps == 1 and _alike(given[1], features):
        title, text = "Every row is one timestep", "{}[:, np.newaxis]"
    elif features == 1 and _alike(given[1], steps):
        title, text = "Every column is a timestep", "{}[..., np.newaxis]"
    else:
        return
    if each.first:
        yield Candidate(title, (), case.data, f"x = {text.format('x')}")
    elif isinstance(place, (ast.Name, ast.Attribute, ast.Subscript)):
        yield Candidate(title, (case.source.replaced(place, text.format(case.text(place))),))


def _shape_in_words(shape: Shape, more: bool) -> str:
    """A shape with a question mark for what is not known.

    >>> _shape_in_words((None, None, 24), False), _shape_in_words((32, 64), True)
    ('(batch, ?, 24)', '(32, 64, …)')
    """
    sizes = ["?" if size is None else str(size) for size in shape]
    if shape and shape[0] is None:
        sizes[0] = "batch"
    return f"({', '.join([*sizes, *(('…',) if more else ())])}{',' if len(sizes) == 1 and not more else ''})"
