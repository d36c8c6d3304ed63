"""What somebody means who takes one fix and not another, and what each fix changes in shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import one_target, several_targets
from explorer.snippet.reader.data_values import Shape
from explorer.snippet.reader.values import Call, LayerValue, full
from explorer.snippet.repair.chains import Chain

# What is said of the first of these that a change does.
_EFFECTS = {
    "repeats": "one vector is to stand for the whole sequence",
    "pools": "all timesteps are to count alike",
    "flattens": "each timestep is to count in its own way",
    "ends": "only the last hidden state is to count",
    "keeps": "the next layer is to read every timestep",
}
MOST_LAYERS = 2


def wants(start: Case, fixed: Sequence[tuple[Chain, Case]]) -> list[str]:
    """For each fix what it is right for, such as "you want one output per sequence"; nothing where all are for the same.

    start: the code as it is. fixed: the changes of each fix, and the code after them.
    """
    facts = [_facts(start, chain, end) for chain, end in fixed]
    told: list[list[str]] = [[] for _ in facts]
    for key in ("output", "data", "target", "state", "mask", "effect"):
        found = [each.get(key, "") for each in facts]
        alike = [(one, two) for two in range(len(told)) for one in range(two) if told[one] == told[two]]
        # What is said tells at least two apart that were not told apart before.
        if not any(found[one] != found[two] for one, two in alike) or (key != "effect" and "" in found):
            continue
        for place, phrase in enumerate(found):
            if phrase and any(place in pair for pair in alike):
                told[place].append(phrase)
    return [", and ".join(each) for each in told]


def changes(start: Case, end: Case) -> str:
    """What the layers and the model return after a fix, where that is not as before."""
    before = {call.name: _returned(start, call) for call in start.working() if isinstance(call.layer, LayerValue)}
    parts: list[str] = []
    for call in end.called():
        now = _returned(end, call)
        if isinstance(call.layer, LayerValue) and before.get(call.name, now)[1:] != now[1:] and len(parts) < MOST_LAYERS:
            parts.append(f"`{call.name}` returns {_shape_in_words(now)} instead of {_shape_in_words(before[call.name])}")
    old = [start.shape(each) for each in start.whole.outputs] if start.model is not None and start.ran else []
    new = [end.shape(each) for each in end.whole.outputs]
    if [each[1:] for each in new] != [each[1:] for each in old]:
        parts.append(f"the model returns {' and '.join(map(_shape_in_words, new))}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _facts(start: Case, chain: Chain, end: Case) -> Mapping[str, str]:
    """What is so after a fix, each as the end of a sentence that begins with "If"."""
    found = {}
    ranks = {len(end.shape(each)) for each in end.whole.outputs}
    if end.steps() is not None and ranks in ({2}, {3}):
        found["output"] = f"you want one output per {'timestep' if ranks == {3} else 'sequence'}"
    if end.data.x:
        (shape, *_) = end.data.x
        changed = start.data.x is not None and end.data.x != start.data.x
        found["data"] = _of_data((start.data.x or ((),))[0], shape) if changed else "your data are right"
    if end.data.y:
        wanted = " and ".join(map(_shape_in_words, several_targets(end.data.y) or [full(one_target(end.data.y))]))
        changed = start.data.y is not None and end.data.y != start.data.y
        classes = str(end.data.loss).endswith("categorical_crossentropy")
        coded = "integers" if str(end.data.loss).startswith("sparse") else "one-hot vectors"
        found["target"] = f"your targets are to be {coded if classes else wanted}" if changed else "your targets are right"
    stateful = any(isinstance(each.layer, LayerValue) and each.layer.core.stateful for each in end.called())
    found["state"] = "sequences go on in the next batch" if stateful else "each batch begins anew"
    masked = any(
        each.kind == "Masking" or (each.kind == "Embedding" and bool(each.value.core.layer.mask_zero))
        for each in end.called()
        if isinstance(each.layer, LayerValue)
    )
    found["mask"] = "the padding is to be ignored" if masked else "the padding counts like data"
    done = {effect for step in chain.steps for effect in step.effect}
    found["effect"] = next((words for effect, words in _EFFECTS.items() if effect in done), "")
    return found


def _of_data(before: Shape, shape: Shape) -> str:
    if sorted(map(str, before[1:])) == sorted(map(str, shape[1:])):
        return "your data have their axes in the wrong order"
    if len(shape) == 3 and shape[2] == 1:
        return "each timestep has one feature"
    if len(shape) == 3 and shape[1] == 1:
        return f"each sample is one timestep with {shape[2]} features"
    return f"your data are to be {_shape_in_words(shape)}"


def _returned(case: Case, call: Call) -> Shape:
    return case.shape(call.outputs[0])


def _shape_in_words(shape: Shape) -> str:
    """A shape without the number of samples, which changes nothing.

    >>> _shape_in_words((8, 20, 1)), _shape_in_words((None, None, 3))
    ('(batch, 20, 1)', '(batch, None, 3)')
    """
    return f"({', '.join(['batch', *map(str, shape[1:])])})"
