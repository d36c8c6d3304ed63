"""Which question comes when, its right choice and its wrong ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import msgspec

from explorer.description import Description, Weight
from explorer.experiment import Experiment
from explorer.quiz import sliders
from explorer.quiz.behaviour import can_pass, certain
from explorer.quiz.counts import plain, wrong_counts, wrong_weights
from explorer.quiz.facts import Facts
from explorer.quiz.shapes import ranked, together, wrong_axes_gone, wrong_inputs, wrong_outputs
from explorer.quiz.values import Choice, Question, Wrong
from explorer.shapes.explanation import counted
from explorer.shapes.explanation import spelled as spelled_out
from explorer.tensors.text import count, joined

# A question before it is asked: its text, what is right (its value, its text and the reason), and what is wrong.
Draft = tuple[str, Wrong, Iterable[Wrong]]

WRONG_CHOICES = 3
LONGEST_SITTING = 10
KEPT_TOPICS = 64
BEHAVIOUR = "baseline"
# From what is seen in the drawing to what must be computed.
EASY_FIRST = ("gone", "output", "input", BEHAVIOUR, "slider", "parameters", "weights")
# Which axis is removed is only asked where one axis is: Flatten and Reshape join several.
REMOVING = ("along", "last", "both", "both last", "each", "window", "all", "all before", "over all", "mark")


def question(description: Description, seed: int, number: int, experiment: Experiment | None = None) -> Question:
    """The question of this number, counted from 0; there is always another.

    description: of any model. experiment: whose model it is; with it, its task is asked about too. The same arguments
    make the same question, no layer is asked the same kind of question twice before all others have had their turn, and
    the questions of a sitting begin with the easy ones.

    Raises ValueError for a model about which nothing can be asked.
    """
    topics = _topics(description, experiment)
    if not topics:
        names = [layer.name for layer in description.layers]
        received = f"the layers {joined(names)}" if names else "no layers"
        raise ValueError(f"There is nothing to ask about this model. Received: {received}. Choose one whose layers do more.")
    round_, place = divmod(number, len(topics))
    kind, layer = _order(topics, seed, round_)[place]
    return _asked(kind, layer, description, experiment, random.Random(f"{seed}/{number}/{kind}/{layer}"))


def question_about(
    description: Description, kind: str, layer: str, seed: int = 0, experiment: Experiment | None = None
) -> Question:
    """The question of a kind about a layer; about the first baseline that is certain where the kind is BEHAVIOUR.

    Raises ValueError where that cannot be asked of this model.
    """
    topics = _topics(description, experiment)
    found = next((topic for topic in topics if topic[0] == kind and layer in (topic[1], "")), None)
    if found is None:
        known = ", ".join(f"{each} {name}" for each, name in topics)
        raise ValueError(f"“{kind} {layer}” cannot be asked of this model. What can be asked: {known or 'nothing'}.")
    return _asked(*found, description, experiment, random.Random(f"{seed}/{kind}/{layer}"))


def _asked(
    kind: str, layer: str, description: Description, experiment: Experiment | None, chance: random.Random
) -> Question:
    draft: Draft | None
    if experiment is not None and kind == BEHAVIOUR:
        draft = can_pass(experiment, certain(experiment)[layer])
        layer = ""
    else:
        facts = next(Facts(each) for each in description.layers if each.name == layer)
        draft = KINDS[kind](facts, description, chance)
    if draft is None:
        raise AssertionError(f"{kind} of {layer} could be asked a moment ago")
    text, right, wrong = draft
    choices = [Choice(right.text, True, right.reason)]
    choices += [Choice(each.text, False, each.reason, each.mistake) for each in _chosen(right, wrong, chance)]
    chance.shuffle(choices)
    return Question(kind, layer, text, tuple(choices))


def sitting_length(description: Description, experiment: Experiment | None = None) -> int:
    """How many questions a sitting has: none of them twice, so less of a small model; 0 where nothing can be asked."""
    return min(LONGEST_SITTING, len(_topics(description, experiment)))


def _topics(description: Description, experiment: Experiment | None) -> list[tuple[str, str]]:
    """Every kind of question that can be asked of every layer, and of every baseline."""
    # Where nothing can be asked of the model, its task is no substitute.
    found = [(BEHAVIOUR, name) for name in certain(experiment)] if experiment is not None and description.layers else []
    return [*found, *_topics_of(msgspec.json.encode(description))]


# Every question of a sitting is chosen from the same topics, and finding them takes as long as a dozen questions.
@lru_cache(maxsize=KEPT_TOPICS)
def _topics_of(written: bytes) -> tuple[tuple[str, str], ...]:
    """Every kind of question that can be asked of every layer of a description, as it is written out."""
    description, found = msgspec.json.decode(written, type=Description), []
    for kind, draft_of in KINDS.items():
        for layer in description.layers:
            chance = random.Random(0)
            draft = draft_of(Facts(layer), description, chance) if layer.output else None
            if draft is not None and len(_chosen(*draft[1:], chance)) > 1:
                found.append((kind, layer.name))
    return tuple(found)


def _order(topics: list[tuple[str, str]], seed: int, round_: int) -> list[tuple[str, str]]:
    """The topics of one round; none of them follows itself where a round begins."""
    order = _easy_first(topics, seed, round_)
    if round_ and len(order) > 2 and order[0] == _easy_first(topics, seed, round_ - 1)[-1]:
        order[0], order[1] = order[1], order[0]
    return order


def _easy_first(topics: list[tuple[str, str]], seed: int, round_: int) -> list[tuple[str, str]]:
    """The kinds take turns, so that a sitting is of every kind; within it the easy ones come first."""
    shuffled = _shuffled(topics, seed, round_)
    sittings = (shuffled[start : start + LONGEST_SITTING] for start in range(0, len(shuffled), LONGEST_SITTING))
    return [topic for each in sittings for topic in sorted(each, key=lambda topic: EASY_FIRST.index(topic[0]))]


def _shuffled(topics: list[tuple[str, str]], seed: int, round_: int) -> list[tuple[str, str]]:
    chance = random.Random(f"{seed}/round {round_}")
    kinds = list(dict.fromkeys(kind for kind, _ in topics))
    chance.shuffle(kinds)
    of_kind = {kind: [topic for topic in topics if topic[0] == kind] for kind in kinds}
    for each in of_kind.values():
        chance.shuffle(each)
    longest = max(map(len, of_kind.values()))
    return [each[place] for place in range(longest) for each in of_kind.values() if place < len(each)]


def _chosen(right: Wrong, wrong: Iterable[Wrong], chance: random.Random) -> list[Wrong]:
    """Some wrong answers, of different misconceptions as far as there are, none of them right and no two alike."""
    found = list(wrong)
    chance.shuffle(found)
    values, texts, mistakes = {right.value}, {right.text}, set[str]()
    first: list[Wrong] = []
    others: list[Wrong] = []
    for each in found:
        if each.value in values or each.text in texts:
            continue
        values.add(each.value)
        texts.add(each.text)
        # Mistakes are named by what they are about: one about the batch is enough.
        about = each.mistake.split()[0] if each.mistake.startswith("batch") else each.mistake
        (others if about in mistakes else first).append(each)
        mistakes.add(about)
    return (first + others)[:WRONG_CHOICES]


def _right(value: Any, text: str, *reasons: str) -> Wrong:
    return Wrong("", value, text, " ".join(filter(None, reasons)))


def _output(facts: Facts, description: Description, chance: random.Random) -> Draft:
    tensors = facts.returned
    right = _right(tuple(tensor.shape for tensor in tensors), together(tensors), facts.explains())
    return f"{facts.introduction()} What does it return?", right, wrong_outputs(facts)


def _parameters(facts: Facts, description: Description, chance: random.Random) -> Draft | None:
    if not facts.layer.explained:
        return None
    shared = facts.layer.shares
    told = f"{facts.introduction()} It uses the weights of {shared}." if shared else facts.introduction()
    if facts.total:
        how = f"{counted(facts.layer.parameters)}."
    else:
        how = f"They are counted at {shared}." if shared else "It has no weights."
    right = _right(facts.total, f"{facts.total:,}", facts.explains(), how)
    asked = "How many parameters does it add to the model?" if shared else "How many parameters does it have?"
    return f"{told} {asked}", right, wrong_counts(facts)


def _slider(facts: Facts, description: Description, chance: random.Random) -> Draft | None:
    settings = description.settings
    if len(settings) < 2:
        return None
    axes, formula = sliders.movable_axes(facts, settings), sliders.formula_of(facts)
    about = chance.choice([None] * (formula is not None) + [*axes]) if axes or formula is not None else ""
    if about == "":
        return None
    of_axis = about is not None
    formula = formula if about is None else axes[about]
    if formula is None:
        return None
    movers = sliders.movers(settings, formula)
    meaning = {symbol: each.axis for symbol, each in description.symbols.items()}
    if of_axis:
        asked = f"Which sliders change the size of the {about} axis that {facts.name} returns?"
        reason = f"Its size is {formula}: {_stand(settings, movers)}."
    else:
        asked = f"Which sliders change the number of parameters of {facts.name}?"
        reason = f"{counted(facts.layer.parameters)}: {_stand(settings, movers)}." if facts.total else "It has no weights."
    right = _right(movers, sliders.spelled(movers), facts.explains(), reason)
    wrong = sliders.wrong_sliders(settings, formula, meaning, of_axis)
    return f"{facts.introduction()} {asked}", right, wrong


def _stand(settings: sliders.Settings, names: Iterable[str]) -> str:
    words = [f"{settings[name].symbol} is {sliders.spelled([name])}" for name in names]
    return joined(words) or "no slider changes it"


def _gone(facts: Facts, description: Description, chance: random.Random) -> Draft | None:
    first, out = facts.first, facts.out
    is_pool = facts.flow == "pool" and facts.type.startswith("Global")
    can_be_told = facts.layer.explained and len(facts.received) == 1 and len(set(first.axes)) == len(first.axes)
    if not can_be_told or len(first.shape) < 3 or not (is_pool or facts.flow in REMOVING):
        return None
    gone = [name for name in first.places if name not in out.places]
    if len(out.shape) != len(first.shape) - len(gone):
        return None
    right = _right(tuple(gone), joined(gone) or "none", facts.explains())
    asked = "Which axis does it remove? An axis that stays with another size or another name does not count."
    return f"{facts.introduction()} {asked}", right, wrong_axes_gone(facts, gone)


def _input(facts: Facts, description: Description, chance: random.Random) -> Draft | None:
    strict = facts.is_recurrent or facts.type.startswith("Global") or facts.type == "RepeatVector"
    if not strict or not facts.layer.explained or len(facts.first.shape) < 2 or len(facts.received) != 1:
        return None
    names = facts.first.axes
    reason = f"It takes {count(len(names), 'axes')}: {', '.join(names)}."
    right = _right((len(names), names), ranked(facts.first), facts.explains(), reason)
    asked = f"{facts.introduction(with_input=False)} How many axes must its input have, and which?"
    return asked, right, wrong_inputs(facts)


def _weights(facts: Facts, description: Description, chance: random.Random) -> Draft | None:
    known = [weight for weight in facts.layer.weights if len(weight.shape) > 1 and _is_named(weight)]
    if not known or not facts.layer.explained or facts.layer.shares:
        return None
    weight = chance.choice(known)
    shape, parts = weight.shape, weight.parts
    meaning = f"Its {weight.name} is {spelled_out(weight.axes, weight.symbols, shape)}."
    gates = f"Its last axis holds {len(parts)} parts: {', '.join(parts)}." if parts else ""
    right = _right(tuple(shape), plain(shape), facts.explains(), meaning, gates)
    return f"{facts.introduction()} What is the shape of its {weight.name}?", right, wrong_weights(facts, weight)


def _is_named(weight: Weight) -> bool:
    """Whether a weight is one to ask about: a kernel or a recurrent bias whose axes have names."""
    is_kernel = weight.name.endswith("kernel") or (weight.name.endswith("bias") and bool(weight.parts))
    return is_kernel and not any(axis.startswith("axis ") for axis in weight.axes)


KINDS: dict[str, Callable[[Facts, Description, random.Random], Draft | None]] = {
    "output": _output,
    "parameters": _parameters,
    "slider": _slider,
    "gone": _gone,
    "input": _input,
    "weights": _weights,
}
