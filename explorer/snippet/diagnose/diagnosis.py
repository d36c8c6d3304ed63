"""What is wrong with a code: read it, let a batch run through its model, and ask the rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Data, Finding, one_target, several_targets
from explorer.snippet.diagnose.rules.broken import broken
from explorer.snippet.diagnose.rules.compared import compared
from explorer.snippet.diagnose.rules.compiling import unknown_names, unknown_optimizer
from explorer.snippet.diagnose.rules.feeding import counted, fed
from explorer.snippet.diagnose.rules.fits import data_sets, fits, single_sample
from explorer.snippet.diagnose.rules.partly import partly
from explorer.snippet.diagnose.rules.ragged import loose, noted, ragged
from explorer.snippet.diagnose.rules.several_outputs import compiled_for_outputs, nested_targets
from explorer.snippet.diagnose.rules.silent import silent_mistakes
from explorer.snippet.diagnose.running import run
from explorer.snippet.diagnose.stopped import asked_for, at_line, no_such_model, not_whole, syntax
from explorer.snippet.diagnose.training_data import chosen, find_arrays, loosened, sized, with_found
from explorer.snippet.reader.data_values import Array, Shape
from explorer.snippet.reader.edits import Source
from explorer.snippet.reader.exploring import explore, from_target
from explorer.snippet.reader.fed import Typed
from explorer.snippet.reader.instances import settle_own
from explorer.snippet.reader.library.inputs import make_input
from explorer.snippet.reader.library.models import settle
from explorer.snippet.reader.limits import MOST_CHARACTERS, Budget
from explorer.snippet.reader.reading import Reader
from explorer.snippet.reader.record import Old
from explorer.snippet.reader.unknowns import Given
from explorer.snippet.reader.values import Broken, LayerValue, ModelValue, Unreadable


def read(code: str, given: Data, budget: Budget, sizes: Given | None = None) -> tuple[Case | None, Finding | None]:
    """Read the code; a finding says why it is not whole. budget: what may be spent on it. sizes: what it asked for."""
    case, finding = _read(code, given, budget, sizes or {})
    if case is not None and (guessed := from_target(case.reader, case.model, given)) and not budget.over:
        # The last layer gives as many numbers as a target has.
        case, finding = _read(code, given, budget, {**(sizes or {}), **guessed})
    return case, finding


def _read(code: str, given: Data, budget: Budget, sizes: Given) -> tuple[Case | None, Finding | None]:
    if len(code) > MOST_CHARACTERS:
        message = (
            f"The code has {len(code):,} characters; up to {MOST_CHARACTERS:,} are read. Paste only the model and its data."
        )
        return None, Finding("unreadable", message)
    try:
        source = Source(code)
    except SyntaxError as error:
        return None, at_line("unreadable", syntax(error), error.lineno)
    except (RecursionError, MemoryError):
        message = "An expression of this code is nested too deeply to be read. Write it in several lines."
        return None, Finding("unreadable", message)
    except ValueError as error:
        return None, Finding("unreadable", f"Syntax error: {str(error)[:200]}.")
    reader = Reader(source, budget, typed_as(given), sizes)
    case = Case(source, reader, given, given=given)
    try:
        reader.read()
        explore(reader)
    except Unreadable as error:
        return case, at_line("unreadable", str(error), error.line)
    except Broken as error:
        if reader.asked:
            return case, asked_for(reader)
        case.broken, case.until = True, error.event.line
        find_arrays(case)
        case.data = with_found(case, given)
        return case, broken(case, error.event)
    case.model = chosen(case)
    if given.model is not None and case.model is None:
        return case, no_such_model(case)
    find_arrays(case)
    case.data = with_found(case, given)
    return case, asked_for(reader) if case.asked else not_whole(case)


def typed_as(given: Data) -> Typed:
    """The shapes that were given beside the code, for the reader."""
    whole = one_target(given.y)
    targets = (whole,) if whole is not None else tuple(several_targets(given.y)) or None
    return Typed(given.x, targets)


def old_names(case: Case) -> list[Finding]:
    """All that an older Keras called otherwise, as one finding; before it, what no Keras ever had, one by one."""
    strange = [
        Finding("keras3_api", each.told, None, each.node, each.says, False, (_respelled(each),))
        for each in case.reader.old
        if each.told
    ]
    old = [each for each in case.reader.old if not each.told]
    if not old:
        return strange
    edits = tuple(dict.fromkeys(edit for each in old for edit in each.edits))
    what = ", ".join(dict.fromkeys(each.what for each in old))
    many = "," in what
    message = (
        f"{what} {'are names' if many else 'is a name'} of Keras 1 or 2 that Keras 3 does not have; the code was read with "
        "the names of Keras 3."
    )
    first = old[0]
    call = None
    if not isinstance(first.node, ast.ImportFrom):
        at = {id(each) for each in ast.walk(first.node)}
        made = (each for each in case.reader.calls if isinstance(each.layer, LayerValue))
        call = next((each for each in made if {id(each.made_at), id(each.value.core.node)} & at), None)
        call = call or next(
            (
                each
                for each in case.reader.calls
                if isinstance(each.layer, LayerValue) and each.layer.core.node.func is first.node
            ),
            None,
        )
    candidate = Candidate("Use the names of Keras 3", edits, rename=True)
    return [*strange, Finding("keras3_api", message, call, first.node, first.says, False, (candidate,))]


def _respelled(old: Old) -> Candidate:
    title = f"Write {old.near}" if old.near else f"Remove the unknown argument {old.what}"
    return Candidate(title, old.edits, rename=bool(old.near))


def ragged_arrays(case: Case) -> Finding | None:
    """Sequences of different lengths in one array: NumPy makes no such array at all, whether it is used or not."""
    if (nested := nested_targets(case)) is not None:
        return nested
    for array in (*case.arrays.values(), *case.reader.names.values()):
        if isinstance(array, Array) and array.ragged:
            return ragged(case, array)
    return None


def wrong_with(case: Case) -> list[Finding]:
    """What is wrong with code that could be read to its end; at most one thing, the first that would hurt."""
    return list(_all_wrong(case))[:1]


def settled(case: Case) -> Finding | None:
    """Make sure that there is a model with an input; a finding where there is none, or where it breaks."""
    if case.model is None:
        return Finding(
            "unreadable",
            "There is no model in this code. Write one with keras.Sequential([...]) or keras.Model(inputs, outputs).",
        )
    if case.model.built and case.model.inputs:
        return None
    if case.model.own is not None:
        return _settled_own(case, case.model)
    if not case.model.layers:
        return Finding(
            "unreadable",
            "The model has no layers. Add some, starting with keras.Input(shape=(timesteps, features)).",
            None,
            case.model.node,
        )
    shape = tuple(case.data.x[0][1:]) if case.data.x else _open_shape(case.model)
    if shape is None:
        message = (
            "The model has no Input, so no shape is known. Start it with keras.Input(shape=(timesteps, features)), or give "
            "the shape of the data."
        )
        return Finding("unreadable", message, None, case.model.node)
    try:
        settle(case.reader, case.model, shape)
    except Broken as error:
        case.broken = True
        return broken(case, error.event)
    except Unreadable as error:
        return at_line("unreadable", str(error), error.line)
    return None


def _open_shape(model: ModelValue) -> Shape | None:
    """What a model without an Input takes, as far as its data or its first layer say it; None where that is too little."""
    fed = next((given.get("x") for _, _, given in model.fits if given.get("x") is not None), None)
    first = model.layers[0]
    if isinstance(fed, Array) and fed.shape and len(fed.shape) > 1 and (fed.shape[-1] is not None or len(fed.shape) == 2):
        known = fed.shape[1:]
        if known[-1] is not None or (isinstance(first, LayerValue) and first.kind == "Embedding"):
            return known
    # An Embedding takes words, however many there are.
    return (None,) if isinstance(first, LayerValue) and first.kind == "Embedding" else None


def _settled_own(case: Case, model: ModelValue) -> Finding | None:
    """A model whose class is the code's own: what its `call` makes of the data."""
    if not case.data.x:
        message = "The class of this model declares no Input, so no shape is known. Give the shape of the data."
        return Finding("unreadable", message, None, model.node)
    nest: object = next((given.get("x") for _, _, given in model.fits if given.get("x") is not None), None)
    tensors = [make_input(case.reader, [shape[1:]], {}, model.node) for shape in case.data.x]
    inputs: object = tensors if len(tensors) > 1 else tensors[0]
    if isinstance(nest, dict) and len(nest) == len(tensors):
        inputs = dict(zip(nest, tensors, strict=True))
    elif isinstance(nest, (list, tuple)) and len(nest) == len(tensors):
        inputs = type(nest)(tensors)
    try:
        settle_own(case.reader, model, inputs)
    except Broken as error:
        case.broken = True
        return broken(case, error.event)
    except Unreadable as error:
        return at_line("unreadable", str(error), error.line)
    return asked_for(case.reader) if case.reader.asked else None


def _all_wrong(case: Case) -> Iterator[Finding]:
    if (found := loose(case)) is not None:
        yield found
        return
    yield from data_sets(case)
    if (uneven := ragged_arrays(case)) is not None:
        yield uneven
        return
    yield from noted(case)
    finding = settled(case)
    if finding is not None:
        yield finding
        return
    yield from unknown_optimizer(case)
    yield from single_sample(case)
    yield from partly(case)
    loosened(case)
    yield from fed(case)
    yield from counted(case)
    try:
        case.ran = run(case.whole, sized(case), case.reader.budget)
    except Broken as error:
        case.broken, case.broke = True, error.event.given["call"]
        yield broken(case, error.event)
        return
    except Unreadable as error:
        yield at_line("unreadable", str(error), error.line)
        return
    yield from unknown_names(case)
    wrong = [*compiled_for_outputs(case)]
    yield from wrong
    if wrong:
        # Which output has which loss is not known then.
        return
    across = next(iter(silent_mistakes(case)), None)
    if across is not None and across.kind in ("time_axis_missing", "embedding_input", "unknown_length"):
        yield across
        return
    yield from compared(case)
    yield from fits(case)
    if across is not None:
        yield across
