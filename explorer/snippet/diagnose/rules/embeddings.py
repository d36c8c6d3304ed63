"""Embeddings whose input is something else than one integer for each word."""

from __future__ import annotations

import ast
from dataclasses import replace

from explorer.snippet.diagnose import code_edits
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.problems import Candidate, Finding, finding_of
from explorer.snippet.diagnose.rules.shape_text import given_in_words
from explorer.snippet.reader.data_values import Array, Shape
from explorer.snippet.reader.edits import Edit
from explorer.snippet.reader.families import KEEPING, RECURRENT, SEQUENCE
from explorer.snippet.reader.values import Call, Event, LayerValue


def embedding(case: Case, event: Event, call: Call, shapes: list[Shape]) -> Finding | None:
    """Too many axes because an Embedding added one to data that had enough."""
    if not shapes:
        return None
    (shape, *_) = shapes
    chain = list(case.up(call.inputs[0]))
    embeddings = [each for each in chain if each.kind == "Embedding"]
    if call.kind == "Embedding":
        message = (
            f"An Embedding needs integers, (batch, timesteps), but the input of {case.name(call)} is "
            f"{given_in_words(case, call, shape)}."
        )
        return finding_of(event, "embedding_input", call, message)
    if not embeddings or not isinstance(call.layer, LayerValue):
        return None
    embedding = embeddings[-1]
    between = chain[: chain.index(embedding)]
    if len(shape) != 4 or call.layer.core.kind not in SEQUENCE or any(each.kind not in KEEPING for each in between):
        return None
    source = case.source_of(embedding.inputs[0])
    message = (
        f"{case.name(embedding)} turns every number of its input into a vector, and its input "
        f"{given_in_words(case, embedding, case.shape(embedding.inputs[0]))} has one axis more than (batch, timesteps): "
        f"the input of {case.name(call)} is {given_in_words(case, call, shape)}."
    )
    candidates = []
    last = source.shape[-1] if source.shape else None
    if last == 1 and len(source.shape) == 3:
        edits = code_edits.shaped(case, source, source.shape[1:-1])
        data = case.data
        if data.x and len(data.x) == 1:
            candidates.append(
                Candidate(
                    "One integer for each word: remove the last axis",
                    tuple(edits),
                    replace(data, x=(data.x[0][:-1],)),
                    "x = x[..., 0]",
                )
            )
        else:
            candidates.append(Candidate("One integer for each word: remove the last axis", tuple(edits)))
    else:
        candidates.append(
            Candidate("The numbers are features: remove the Embedding", tuple(code_edits.removed(case, embedding)))
        )
        if call.layer.core.kind in RECURRENT:
            candidates.append(
                Candidate(
                    "Read each inner sequence with TimeDistributed, then the sequence of results",
                    tuple(two_levels(case, call)),
                )
            )
    return finding_of(event, "embedding_input", call, message, candidates)


def no_words(case: Case) -> Finding | None:
    """Numbers that are no rows of an Embedding's table."""
    inputs = case.whole.inputs
    for place, tensor in enumerate(inputs):
        given = case.arrays.get("x" if len(inputs) == 1 else f"x{place}")
        embeddings = [each for each in case.readers_of(tensor) if each.kind == "Embedding"]
        if given is None or not embeddings or len(case.shape(tensor)) != 2:
            continue
        call = embeddings[0]
        if given.fractions:
            return _fractions(case, call)
        if given.whole and (found := outside(case, call, given)) is not None:
            return found
    return None


def outside(case: Case, call: Call, given: Array) -> Finding | None:
    """Whole numbers below or beyond the rows of an Embedding's table."""
    known = call.value.layer.input_dim
    low, high = (None if each is None else int(each) for each in (given.low, given.high))
    rows = f"`{call.name}` has rows 0 to {known - 1}"
    if high is not None and high >= known:
        edits = code_edits.with_units(case, call, str(high + 1), "input_dim") or []
        message = f"{rows}, and the data go up to {high}: input_dim must be the largest integer plus one."
        says = f"InvalidArgumentError: indices = {high} is not in [0, {known})"
        fix = Candidate(f"Set input_dim={high + 1}", tuple(edits))
        return Finding("embedding_input", message, call, None, says, False, (fix,))
    if low is not None and low < 0:
        silent = low >= -known
        does = f"Keras counts a negative integer from the end, so {low} is row {known + low}" if silent else "Keras raises"
        message = f"{rows}, and the data go down to {low}: {does}. Give every word an integer from 0 on."
        error = None if silent else f"InvalidArgumentError: indices = {low} is not in [0, {known})"
        return Finding("embedding_input", message, call, None, error, silent)
    return None


def _fractions(case: Case, call: Call) -> Finding:
    """Measured numbers where whole numbers are looked up."""
    message = (
        f"`{call.name}` looks up integers in a table, and the data have fractions, which Keras cuts off: measured numbers "
        "are features and need no Embedding."
    )
    size = case.shape(call.inputs[0])[1]
    text, edits = code_edits.layer_text(case, call.made_at, "Reshape", f"({size}, 1)")
    as_features = Candidate("One feature per timestep", (case.source.replaced(call.made_at, text), *edits))
    return Finding("embedding_input", message, call, None, None, True, (as_features,))


def two_levels(case: Case, call: Call) -> list[Edit]:
    """A memory for each inner sequence, in a TimeDistributed, before the one that reads the sequence of them."""
    node = call.made_at
    wrapper, edits = code_edits.class_text(case, node, "TimeDistributed")
    inner = case.text(call.value.core.node if call.kind != "Bidirectional" else node)
    core = call.value.core
    if getattr(core.layer, "return_sequences", False):
        keyword = case.source.keyword(core.node, "return_sequences")
        start = case.source.span(node)[0]
        if keyword:
            local = case.source.without(core.node, keyword)
            inner = case.text(node)
            inner = inner[: local.start - start] + local.text + inner[local.end - start :]
    if code_edits.in_sequential(call):
        return [*code_edits.placed(case, node, f"{wrapper}({inner})", after=False), *edits]
    if isinstance(call.node, ast.Call) and call.node.args:
        argument = call.node.args[0]
        return [case.source.replaced(argument, f"{wrapper}({inner})({case.text(argument)})"), *edits]
    return []
