"""The report on a code: the layers that work, the one that fails, and the problems."""

from __future__ import annotations

from msgspec.structs import replace

from explorer.description import Broken, Description, Outline
from explorer.report import NOT_WHOLE, Asked, Line, Made, could_ask_for
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.models import made
from explorer.snippet.diagnose.problems import Finding, Problem, Report
from explorer.snippet.diagnose.rules.shape_text import axes_at
from explorer.snippet.diagnose.rules.silent import hints
from explorer.snippet.diagnose.training_data import loss_named
from explorer.snippet.reader.unknowns import OUTPUT_OF
from explorer.snippet.reader.values import Call, LayerValue, ModelValue
from explorer.snippet.unknown_outputs import before_unknown_outputs
from explorer.snippet.unknown_sizes import with_unknown_sizes

TRUSTED = "The model is large: the shapes of some layers come from Keras's rules, and were not tried on a batch."


# Problems whose sentences name the shapes of outputs and targets, samples included.
_OF_DATA = ("time_axis_extra", "target_mismatch", "label_encoding")


def shown(case: Case, findings: list[Finding], problems: list[Problem]) -> Report:
    """The report: all layers that hold, as `explorer.shapes` describes them, and after them the one that broke."""
    model = case.working_model
    whole = model is not None and not any(each.kind in NOT_WHOLE for each in findings)
    good = tuple(hints(case)) if whole and not problems else ()
    if whole and not problems and case.reader.budget.trusted:
        good = (*good, TRUSTED)
    description = case.description
    unread = [each.call for each in findings if each.call is not None and each.call not in case.reader.calls]
    broke = next(iter([case.broke] if case.broke else unread), None)
    layers: list[Outline] = []
    told = description.written() if description else None
    if told is not None:
        layers += _in_order(case, told)
    else:
        layers += [_plain(case, each) for each in case.order()]
    if broke is not None and not isinstance(broke.layer, str):
        layers.append(_broken(case, broke))
    output = tuple(each.shape for each in model.outputs) if model else None
    params = told.params if told and model else None
    reader = case.reader
    asked = tuple(Asked(each.name, each.line, each.why, each.shape) for each in case.asked.values())
    models = made(case)
    if asked:
        told, layers, models = _without_what_is_asked_for(case, models)
        output, params = (told.output or None, told.params) if told else (None, None)
    return Report(
        tuple(layers),
        output,
        params,
        tuple(problems),
        (*good, *reader.hints, *_not_used(case), *_assumed(case, problems)),
        told,
        case.data,
        asked,
        tuple(Line(each.line, each.why) for _, each in sorted(reader.skipped.items())),
        tuple(Line(each.line, each.why) for _, each in sorted(reader.assumed.items())),
        models,
    )


def _without_what_is_asked_for(
    case: Case, models: tuple[Made, ...]
) -> tuple[Description | None, list[Outline], tuple[Made, ...]]:
    """The description, the layers and the models without all that was worked out with numbers in the place of those that are
    asked for.
    """
    if (known := with_unknown_sizes(case)) is not None:
        return known.description, _in_order(known.case, known.description), known.models
    before = before_unknown_outputs(case)
    if before is None:
        return None, [], tuple(replace(each, output=None, params=None) for each in models)
    if before.description is None:
        return None, [], models
    told = before.description.written()
    return replace(told, output=(), params=None), _in_order(before, told), models


def _assumed(case: Case, problems: list[Problem]) -> list[str]:
    """What was taken for granted of the data that problems speak of."""
    spoken_of = any(each.kind in _OF_DATA for each in problems)
    if not spoken_of or not case.assumed_samples or case.data.x is None:
        return []
    return [f"How many samples there are is not known from the code: {case.data.x[0][0]} were taken for granted."]


def _not_used(case: Case) -> list[str]:
    """What the check was told, and the code says otherwise or nothing of."""
    code, given = case.source.code, case.given
    outputs, whole = case.reader.outputs, case.until is None
    unnamed = [
        name
        for name in case.reader.given
        if name not in outputs and ((name.startswith(OUTPUT_OF) and whole) or not could_ask_for(name, code))
    ]
    found = [f"The number for `{name:.80}` is not used: nothing in the code has that name." for name in unnamed]
    if given.loss is not None and case.data.loss not in (None, loss_named(given.loss)):
        used, other = (each if isinstance(each, str) else ", ".join(map(str, each)) for each in (case.data.loss, given.loss))
        found.append(f"The code's own `compile` sets the loss to {used}. The loss that you gave, {other}, is not used.")
    return found


def _in_order(case: Case, told: Description) -> list[Outline]:
    """The layers of a description that are of the code's own, in the order in which they were first called."""
    order = {each.name: place for place, each in enumerate(case.order())}
    kept = [each for each in told.layers if each.shares is None and each.name in order]
    lines = {each.name: _line(each) for each in case.order()}
    found = [replace(each, line=lines[each.name]) for each in kept]
    return sorted(found, key=lambda each: order[each.name])


def _plain(case: Case, layer: LayerValue | ModelValue) -> Outline:
    """A layer of a graph that cannot be described, by what Keras said of its first call."""
    call = next(each for each in case.reader.calls if each.layer is layer)
    inputs, output = (tuple(each.shape for each in side) for side in (call.inputs, call.outputs))
    return Outline(call.name, call.kind, inputs, output, None, line=_line(layer))


def _line(layer: LayerValue | ModelValue) -> int:
    """Where a layer is made; what stands in a wrapper may do so on a line of its own."""
    return int(layer.node.lineno)


def _broken(case: Case, call: Call) -> Broken:
    shapes, axes = tuple(each.shape for each in call.inputs), tuple(axes_at(case, each, call) for each in call.inputs)
    return Broken(call.name, call.kind, shapes, None, None, broken=True, line=call.made_at.lineno, axes_in=axes)
