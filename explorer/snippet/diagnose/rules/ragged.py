"""Sequences of different lengths, and samples that are no array yet."""

from __future__ import annotations

import ast
import re

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding
from explorer.snippet.diagnose.rules.masks import mask_first
from explorer.snippet.reader.data_values import Array, Turned
from explorer.snippet.reader.families import RECURRENT
from explorer.snippet.reader.library.old import keras_imported
from explorer.snippet.reader.values import Event, LayerValue


def noted(case: Case) -> list[Finding]:
    """What works otherwise than it looks, noted while the code was read."""
    found = [_cut(case, event) for event in case.reader.noted if event.what == "cut"]
    given = case.arrays.get("x")
    if given is None or given.turned is None or (given.turned.whole and not _reads_steps(case)):
        return found
    return [*found, _turned(case, given.turned)]


def _reads_steps(case: Case) -> bool:
    """Whether a recurrent layer is the first that reads the data."""
    first = next((call for call in case.reader.calls if isinstance(call.layer, LayerValue)), None)
    made = case.model.layers[0] if case.model is not None and case.model.layers else None
    layer = first.layer if first is not None else made
    return isinstance(layer, LayerValue) and layer.core.kind in RECURRENT


def _turned(case: Case, turned: Turned) -> Finding:
    """A reshape that looks like turning the axes round, and cuts the sequences to pieces."""
    before, after, node, source = turned.before, turned.after, turned.node, case.source
    if turned.whole:
        return _transposed(case, turned)
    rows = len(before) == 2
    features = rows and len(after) == 3 and before[0] == after[2]
    what = "the rows with each other" if features else "the columns with each other" if rows else "timesteps and features"
    told = [str(each).replace("None", "samples") for each in (before, after)]
    message = (
        f"`reshape` keeps the values in their order in memory: from {told[0]} to {told[1]} it mixes {what}; transpose would "
        f"{'turn rows into columns' if rows else 'swap them'}."
    )
    candidates = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = source.text(node.func.value)
        owner = source.text(node.args[0]) if owner in ("np", "numpy") and node.args else owner
        owner = owner if re.fullmatch(r"[\w.]+(\(.*\)|\[.*\])?", owner, re.DOTALL) else f"({owner})"
        change = f".T.reshape{after}" if rows and len(after) > 2 else ".T" if rows else ".transpose(0, 2, 1)"
        edit = source.replaced(node, f"{owner}{change}")
        candidates.append(Candidate("Swap the axes with transpose", (edit,)))
    return Finding("axes_swapped", message, None, node, None, True, tuple(candidates))


def _transposed(case: Case, turned: Turned) -> Finding:
    """A transpose of a window's rows, which are its timesteps already."""
    node, source = turned.node, case.source
    before, after = (str(each).replace("None", "…") for each in (turned.before, turned.after))
    message = (
        f"The rows of this window, {before}, are its timesteps; transpose makes {after} of them, so that the features stand "
        "where a recurrent layer reads timesteps."
    )
    owner = node.value if isinstance(node, ast.Attribute) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        numpy = source.text(node.func.value) in ("np", "numpy")
        owner = node.args[0] if numpy and node.args else node.func.value
    edits = () if owner is None else (source.replaced(node, source.text(owner)),)
    candidates = (Candidate("Keep timesteps and features as they are", edits),) if edits else ()
    return Finding("axes_swapped", message, None, node, None, True, candidates)


def ragged(case: Case, array: Array) -> Finding:
    """Sequences of different lengths in one array."""
    source, node = case.source, array.node
    message = (
        "The sequences have different lengths, but an array has one number of timesteps: pad them with zeros to the "
        "longest, and mask the padding."
    )
    says = (
        "ValueError: setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 "
        "dimensions."
    )
    candidates: list[Candidate] = []
    if isinstance(node, ast.Call) and node.args:
        dtype = source.keyword(node, "dtype")
        if dtype and "object" in source.text(dtype.value):
            says = "ValueError: Invalid dtype: object"
        held = case.reader.names.get("keras")
        path = "keras.utils.pad_sequences"
        more = [] if held is not None else keras_imported(case.reader)
        text = f'{path}({source.text(node.args[0])}, dtype="float32", padding="post")'
        padded = [source.replaced(node, text), *more]
        masked = mask_first(case)
        if masked:
            candidates.append(Candidate("Pad with zeros and add Masking", (*padded, *masked)))
        candidates.append(Candidate("Pad with zeros", tuple(padded)))
    return Finding("ragged_input", message, None, node, says, False, tuple(candidates))


def loose(case: Case) -> Finding | None:
    """A list of samples where one array is wanted: Keras takes each of them for an input of its own."""
    model = case.model
    if model is None or len(model.inputs or [0]) != 1:
        return None
    for _, node, given in model.fits:
        x = given.get("x")
        if not isinstance(x, list) or len(x) < 2 or not all(isinstance(each, Array) and each.shape for each in x):
            continue
        uneven = len({each.shape[0] for each in x}) > 1
        keyword = case.source.keyword(node, "x")
        place = keyword.value if keyword else node.args[0] if node.args else None
        if place is None:
            return None
        text = case.text(place)
        sizes = ", ".join(str(each.shape[0]) for each in x[:8])
        says = (
            "ValueError: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. 'x' sizes: "
            f"{sizes}"
        )
        if uneven:
            padded = (case.source.replaced(place, f'keras.utils.pad_sequences({text}, dtype="float32", padding="post")'),)
            more = () if case.reader.names.get("keras") is not None else tuple(keras_imported(case.reader))
            candidates = [
                Candidate("Pad with zeros and add Masking", (*padded, *more, *mask_first(case))),
                Candidate("Pad with zeros", (*padded, *more)),
            ]
            message = (
                "Keras takes each array of a list as a separate input, and these are samples of different lengths: pad them "
                "with zeros to the longest, in one array."
            )
            return Finding("ragged_input", message, None, node, says, False, tuple(candidates))
        message = f"Keras takes each array of a list as a separate input, and the model has one: stack the {len(x)} samples."
        stacked = case.source.replaced(place, f"np.stack({text})")
        return Finding(
            "input_rank", message, None, node, says, False, (Candidate("Stack all samples into one array", (stacked,)),)
        )
    return None


def _cut(case: Case, event: Event) -> Finding:
    node = event.called
    message = "`pad_sequences` returns integers by default: the fractions of these values are cut off."
    edit = case.source.with_keyword(node, "dtype", '"float32"')
    return Finding(
        "ragged_input", message, None, node, None, True, (Candidate("Keep the fractions (dtype=float32)", (edit,)),)
    )
