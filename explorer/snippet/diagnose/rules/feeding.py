"""Whether the data fit what the model takes."""

from __future__ import annotations

import math
from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, one_target, several_targets
from explorer.snippet.diagnose.rules.batches import batches
from explorer.snippet.diagnose.rules.shape_text import declared_in_words
from explorer.snippet.diagnose.training_data import taken
from explorer.snippet.reader.data_values import Full, Shape
from explorer.snippet.reader.values import TensorValue, full
from explorer.tensors.text import count


def fed(case: Case) -> list[Finding]:
    """Whether every input gets what it takes; in `case.data.x` the shapes with the batch."""
    model, shapes = case.model, case.data.x
    if model is None or not shapes:
        return []
    if len(shapes) != len(model.inputs):
        message = f"The model has {count(len(model.inputs), 'inputs')}, but there are data for {len(shapes)}."
        return [Finding("input_rank", message, None, model.node)]
    for place, (tensor, given) in enumerate(zip(model.inputs, shapes, strict=True)):
        if found := _one(case, tensor, tuple(given), place):
            return [found]
    batch = {given[0] for given in shapes}
    if len(batch) > 1:
        message = f"The inputs have different numbers of samples: {', '.join(map(str, sorted(batch)))}."
        return [Finding("input_rank", message, None, model.node)]
    return batches(case)


def counted(case: Case) -> list[Finding]:
    """Whether there are as many samples as targets."""
    shapes, target = case.data.x, case.data.y
    if shapes and (several := several_targets(target)):
        samples = shapes[0][0]
        others = ((number, each) for number, each in enumerate(several, 1) if each and each[0] != samples)
        for number, other in others:
            message = f"There are {samples} samples in x, and {other[0]} in target {number}, {other}: each sample needs one."
            return [Finding("target_mismatch", message, None, case.whole.node)]
    if not shapes or len(shapes) != 1 or not isinstance(target, tuple) or not target or not isinstance(target[0], int):
        return []
    (given,) = shapes
    samples, wanted = given[0], target[0]
    if samples == wanted:
        return []
    says = (
        "ValueError: Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. 'x' sizes: "
        f"{samples} 'y' sizes: {wanted}"
    )
    node = next((each for name, each, _ in case.whole.fits if name == "fit"), case.whole.node)
    message = f"There are {samples} samples in x, {given}, and {wanted} in y, {target}: each sample needs one target."
    if len(given) > 2 and given[1] == wanted:
        message = (
            f"The first axis must be the batch, but x {given} has its timesteps there: its second axis has the {wanted} "
            "samples."
        )
        turned = _data(case, 0, (given[1], given[0], *given[2:]), "Put samples before timesteps", "x = np.swapaxes(x, 0, 1)")
        return [Finding("axes_swapped", message, None, node, says, False, (turned,))]
    many = min(samples, wanted)
    data = replace(case.data, x=((many, *given[1:]),), y=(many, *target[1:]))
    line = f"x = x[:{many}]" if samples > many else f"y = y[:{many}]"
    both = Candidate(f"Use the first {many} of both", (), data, line)
    return [Finding("target_mismatch", message, None, node, says, False, (both,))]


def _one(case: Case, tensor: TensorValue, given: Full, place: int) -> Finding | None:
    declared = tensor.shape
    if taken(declared, given, case.whole.sequential) is not None:
        return None
    wanted, got = (declared_in_words(case, tensor, each) for each in (declared, given))
    says = f"ValueError: Invalid input shape for input. Expected shape {declared}, but input has incompatible shape {given}"
    reader = next((each for each in case.readers_of(tensor)), None)
    kind = "input_rank"
    message = f"The Input declares {wanted}, but the data are {got}."
    call, candidates = None, []
    rows, rest = given[0], given[1:]
    embedding = reader is not None and reader.kind == "Embedding"
    if embedding and len(given) == len(declared) + 1 and given[-1] != 1:
        message += " An Embedding needs one integer for each word, not a vector."
        candidates.append(_data(case, place, given[:-1], "One integer for each word", "x = x.argmax(axis=-1)"))
        return Finding("embedding_input", message, None, tensor.node, says, False, tuple(candidates))
    if len(given) == len(declared) and sorted(map(str, rest)) == sorted(map(str, declared[1:])) and len(rest) > 1:
        # A Sequential model lets its first layer meet the data; a functional one turns them away at its Input.
        kind, call = "axes_swapped", reader if case.whole.sequential else None
        message += " Timesteps and features are swapped."
        axes = [0, *(_matching(declared[1:], rest))]
        line = "x = np.swapaxes(x, 1, 2)" if len(rest) == 2 else f"x = np.transpose(x, {tuple(axes)})"
        fixed = (rows, *full(declared[1:]))
        by_input = Candidate("Change the Input to the order of the data", tuple(code_edits.shaped(case, tensor, rest)))
        by_data = _data(case, place, fixed, "Swap the axes of the data", line)
        order = (
            (by_input, by_data) if declared[1] is not None and len(rest) == 2 and rest[0] > rest[1] else (by_data, by_input)
        )
        return Finding(kind, message, call, tensor.node, says, False, order)
    if len(given) == len(declared) == 3 and (given[1], given[0]) == declared[1:] and given[2] != declared[2]:
        message += " The samples stand in the last axis, as after `.T`, which turns all axes round."
        back = _data(case, place, given[::-1], "Turn the axes back", "x = np.transpose(x)")
        return Finding("axes_swapped", message, None, tensor.node, says, False, (back,))
    if (len(given) == len(declared) - 1 and given == tuple(declared[1:])) or _fits(declared[1:], given):
        message += " A single sample has no batch axis."
        if case.data.y is None or tuple(case.data.y[:1]) == (1,):
            candidates.append(_data(case, place, (1, *given), "Add a batch axis to the sample", "x = x[np.newaxis]"))
        elif len(case.data.x or ()) == 1 and one_target(case.data.y) and case.data.y[0] == given[0]:
            both = replace(case.data, x=((1, *given),), y=(1, *case.data.y))
            line = "x, y = x[np.newaxis], y[np.newaxis]"
            candidates.append(Candidate("Add a batch axis to the sample and its target", (), both, line))
    if (
        len(given) == 2
        and len(declared) == 3
        and declared[2] == given[1]
        and isinstance(declared[1], int)
        and rows >= declared[1] > 1
    ):
        steps = declared[1]
        message += f" The rows were not cut into windows of {steps} timesteps."
        many = rows - steps + 1
        line = f"x = np.stack([x[i:i + {steps}] for i in range(len(x) - {steps - 1})]); y = y[{steps - 1}:]"
        candidates.append(
            _data(case, place, (many, steps, given[1]), f"Overlapping windows of {steps} rows", line, samples=many)
        )
        whole = rows // steps
        line = f"x = x[:{whole * steps}].reshape({whole}, {steps}, {given[1]}); y = y[{steps - 1}::{steps}]"
        candidates.append(
            _data(case, place, (whole, steps, given[1]), f"Separate windows of {steps} rows", line, samples=whole)
        )
    total = math.prod(rest)
    known = [each for each in declared[1:] if each is not None]
    if len(known) == len(declared) - 1 and math.prod(known) == total:
        line = f"x = x.reshape(len(x), {', '.join(map(str, known))})"
        candidates.append(_data(case, place, (rows, *known), "Reshape the data", line))
    if len(given) == len(declared) - 1 and len(given) >= 2 and declared[-1] not in (1, None):
        expanded = _data(case, place, (*given, 1), "One feature per timestep", "x = x[..., np.newaxis]")
        candidates.append(replace(expanded, edits=tuple(code_edits.shaped(case, tensor, (*rest, 1)))))
    candidates.append(Candidate("Change the Input to the shape of the data", tuple(code_edits.shaped(case, tensor, rest))))
    if len(given) == len(declared) and len(given) == 3 and declared[2] in (given[2], None):
        # A functional model takes no other number of timesteps than it declares.
        kind = "unknown_length"
        message += " A functional model only accepts the number of timesteps that it declares."
        candidates.insert(
            0, Candidate("Any number of timesteps (None)", tuple(code_edits.shaped(case, tensor, (None, *rest[1:]))))
        )
        if declared[1] is not None and declared[1] < given[1]:
            candidates.append(
                _data(
                    case,
                    place,
                    (rows, declared[1], given[2]),
                    "Cut the data to the declared timesteps",
                    f"x = x[:, :{declared[1]}]",
                )
            )
    return Finding(kind, message, call, tensor.node, says, False, tuple(candidates))


def _data(case: Case, place: int, shape: Full, title: str, line: str, samples: int | None = None) -> Candidate:
    """Changed data for one input; `samples`: how many the target has then."""
    x = list(case.data.x or ())
    x[place] = shape
    name = "x" if len(x) == 1 else f"x{place + 1}"
    if len(x) > 1:
        line = line.replace("x", name)
    y = case.data.y
    if samples is not None and isinstance(y, tuple) and y and isinstance(y[0], int):
        y = (samples, *y[1:])
    return Candidate(title, (), replace(case.data, x=tuple(x), y=y), line)


def _fits(declared: Shape, given: Shape) -> bool:
    return len(declared) == len(given) and all(mine in (None, its) for mine, its in zip(declared, given, strict=True))


def _matching(declared: Shape, given: Shape) -> list[int]:
    left = list(enumerate(given, 1))
    found = []
    for size in declared:
        place = next(each for each in left if each[1] == size or size is None)
        left.remove(place)
        found.append(place[0])
    return found
