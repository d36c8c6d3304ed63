"""Attention against Keras: sizes and counts of unequal widths, the equations run, masks, and what moves along time."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from explorer.models.activations import outputs
from explorer.models.layer_views import draw
from explorer.shapes.describe_model import describe
from tests.layers.described import checked
from tests.layers.drawing import examples

SMALL = st.integers(1, 5)
BOOLEAN = st.booleans()
drawn = examples(3)


# With one number in every head, Keras 3.15.1 on TensorFlow adds the bias along the timesteps (keras.ops.add of (1, 2, 2, 1)
# and (2, 1)), where there are as many of them as heads.
HEAD_SIZE = st.integers(2, 5)


def multi_head(draw):
    more = {"value_dim": draw(HEAD_SIZE)} if draw(BOOLEAN) else {}
    if draw(BOOLEAN):
        more["output_shape"] = draw(SMALL)
    return layers.MultiHeadAttention(draw(SMALL), draw(HEAD_SIZE), use_bias=draw(BOOLEAN), **more)


def grouped(draw):
    shared = draw(st.integers(1, 3))
    return layers.GroupQueryAttention(draw(HEAD_SIZE), shared * draw(st.integers(1, 3)), shared, use_bias=draw(BOOLEAN))


def dot(draw):
    return layers.Attention(use_scale=draw(BOOLEAN), score_mode=draw(st.sampled_from(("dot", "concat"))))


def additive(draw):
    return layers.AdditiveAttention(use_scale=draw(BOOLEAN))


KINDS = {"MultiHead": multi_head, "GroupQuery": grouped, "Attention": dot, "Additive": additive}
TAKES_LISTS = ("Attention", "Additive")


def applied(kind, layer, tensors, by_name=False, **given):
    """What a layer makes of a query, a value and perhaps a key: in a list, in their order, or each by its name."""
    if kind in TAKES_LISTS:
        return layer(tensors, **given)
    if by_name:
        return layer(**dict(zip(("query", "value", "key"), tensors, strict=False)), **given)
    return layer(*tensors, **given)


def a_call(kind, draw):
    """A model of one call, with its tensors, and the same for arrays."""
    query = draw(SMALL)
    value = query if kind == "GroupQuery" or draw(BOOLEAN) else draw(SMALL)
    key = draw(SMALL) if kind in ("MultiHead", "GroupQuery") else query
    has_key = kind != "Additive" and draw(BOOLEAN)
    if kind in TAKES_LISTS and not has_key:
        value = query
    length, other = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    tensors = [keras.Input((length, query)), keras.Input((other, value)), *([keras.Input((other, key))] if has_key else [])]
    layer = KINDS[kind](draw)
    # Of unequal lengths, Keras says that the scores of MultiHeadAttention are (heads, query, query).
    given = {"use_causal_mask": draw(BOOLEAN), "return_attention_scores": draw(BOOLEAN) and length == other}
    returned = applied(kind, layer, tensors, by_name=draw(BOOLEAN), **given)
    return keras.Model(tensors, keras.tree.flatten(returned)), layer, given


@pytest.mark.parametrize("kind", KINDS)
@drawn
@given(data=st.data())
def test_sizes_and_counts_are_those_of_keras(kind, data):
    model, _, given = a_call(kind, data.draw)
    (found,) = checked(model).layers
    assert found.flow == ("all before" if given["use_causal_mask"] else "all")
    # What is told starts at the query, in whatever order the tensors were given.
    assert "become" not in found.change.split(",")[0]


ATTENDING = st.sampled_from(sorted(KINDS))


@drawn
@given(ATTENDING, st.data())
def test_the_equation_computes_what_keras_does(kind, data):
    model, layer, given = a_call(kind, data.draw)
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    layer.set_weights([random.normal(0, 0.7, array.shape) for array in layer.get_weights()])
    arrays = [random.normal(size=(1, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
    (found,) = describe(model).layers
    query, value, *key = (array[0] for array in arrays)
    names = {"query": query, "value": value, "key": key[0] if key else value}
    weights = {tuple(each.path.split("/")[-2:]): each.numpy() for each in layer.weights}
    y = run(found.equation, names, weights, kind, given["use_causal_mask"], layer)
    np.testing.assert_allclose(np.asarray(keras.tree.flatten(model(arrays))[0])[0], y, rtol=1e-3, atol=1e-4)


def softmax(scores, causal):
    if causal:
        scores = np.where(np.tri(*scores.shape, dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def run(equation, names, weights, kind, causal, layer):
    """The lines as Python. The words behind an equation say over what it goes, and which heads share what."""
    assert any("   over " in line for line in equation) == causal
    lines = [line.split("   ")[0].replace("·", "@").replace("∗", "*") for line in equation]
    lines = [re.sub(r"(\w+)ᵀ", r"\1.T", re.sub(r"√(\d+)", r"np.sqrt(\1)", line)) for line in lines]
    given = {"np": np, "softmax": lambda scores: softmax(scores, causal), "tanh": np.tanh}
    if kind in TAKES_LISTS:
        given |= names | {name: array for (_, name), array in weights.items()}
        attending = lines[0].split(" = ", 1)[1]
        if "Σ" in attending:
            # The sum goes over the features of every pair of timesteps.
            before, inner = attending.split("Σ", 1)
            pairs = {"query": names["query"][:, None], "value": names["value"][None], "key": names["key"][None]}
            summed = eval(inner.removesuffix(")") if not before.count("(") else inner[: inner.rindex(")")], given | pairs)
            given["summed"] = summed.sum(axis=-1)
            attending = f"{before}summed)"
        a = eval(attending, given)
        return eval(lines[1].split(" = ", 1)[1], {"a": a, "value": names["value"]})
    heads = weights[("query", "kernel")].shape[1]
    shared = heads // weights[("key", "kernel")].shape[1]
    total = []
    for head in range(heads):
        own = given | names
        for part, letter in (("query", "q"), ("key", "k"), ("value", "v")):
            place = head if part == "query" else head // shared
            own[f"kernel_{letter}"] = weights[(part, "kernel")][:, place]
            if layer.use_bias:
                own[f"bias_{letter}"] = weights[(part, "bias")][place]
        for assignment in lines[0].split(",  "):
            name, term = assignment.split(" = ", 1)
            own[name] = eval(term, own)
        own["a"] = eval(lines[1].split(" = ", 1)[1], own)
        total.append(own["a"] @ own["v"] @ weights[("attention_output", "kernel")][head])
    out = {"summed": sum(total), "bias_output": weights.get(("attention_output", "bias"))}
    return eval(lines[2].split(" = ", 1)[1].replace("[a @ v of every head] @ kernel_output", "summed"), out)


@drawn
@given(ATTENDING, st.integers(2, 6), BOOLEAN, st.data())
def test_what_moves_along_time_is_what_is_said_of_it(kind, steps, causal, data):
    sequence = keras.Input((steps, 3))
    layer = KINDS[kind](data.draw)
    model = keras.Model(sequence, applied(kind, layer, [sequence, sequence], use_causal_mask=causal))
    random = np.random.default_rng(0)
    layer.set_weights([random.normal(0, 0.7, array.shape) for array in layer.get_weights()])
    before = random.normal(size=(1, steps, 3)).astype("float32")
    after, step = before.copy(), data.draw(st.integers(0, steps - 1))
    after[:, step] += 1
    moved = np.abs(np.asarray(model(before)) - np.asarray(model(after)))[0].max(axis=-1) > 1e-7
    (found,) = describe(model).layers
    assert found.flow == ("all before" if causal else "all")
    assert not causal or not moved[:step].any()
    assert moved[step]
    seen = "itself and those before it" if causal else f"all {steps} timesteps"
    assert found.short == f"every timestep attends to {seen}"
    assert seen in found.does
    # The drawing has the weights with which the model computes, the causal mask among them.
    look = draw(model, *outputs(model, before)).get(layer.name)
    weights = np.array(look.heads) / 10_000
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-3)
    assert (np.triu(weights, 1) == 0).all() or not causal
    assert (np.array(look.barred) > 0).tolist() == np.triu(np.full((steps, steps), causal), 1).tolist()


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.MultiHeadAttention(2, 3, use_gate=True),
        lambda: layers.MultiHeadAttention(2, 3, sliding_window=2),
        lambda: layers.MultiHeadAttention(2, 3, output_shape=(2, 5)),
        lambda: layers.GroupQueryAttention(3, 4, 2, use_gate=True),
        lambda: layers.GroupQueryAttention(3, 4, 2, sliding_window=1),
    ],
)
def test_what_is_not_covered_is_not_explained(layer):
    sequence = keras.Input((7, 4))
    (found,) = describe(keras.Model(sequence, layer()(sequence, sequence))).layers
    assert (found.explained, found.equation, found.counted, found.flow) == (False, (), None, "unknown")
    assert found.does.startswith("takes (batch, 7, 4) and (batch, 7, 4) and returns (batch, 7, ")


@pytest.mark.parametrize("axes", [None, 1, 2, (1, 2)])
def test_more_than_one_axis_of_timesteps_is_not_known(axes):
    image = keras.Input((5, 7, 4))
    layer = layers.MultiHeadAttention(2, 3, attention_axes=axes)
    (found,) = describe(keras.Model(image, layer(image, image))).layers
    assert (found.explained, found.equation, found.flow) == (False, (), "unknown")
    assert found.output == ((None, 5, 7, 4),)


def test_masks_are_told():
    sequence, value, allowed = keras.Input((7, 4)), keras.Input((9, 4)), keras.Input((7, 9))
    padded = layers.Masking()(sequence)
    for layer in (layers.MultiHeadAttention(2, 3), layers.GroupQueryAttention(3, 4, 2)):
        found = describe(keras.Model(sequence, layer(padded, padded))).layers[-1]
        assert found.short == "every timestep attends to all unmasked timesteps"
        assert found.flow == "all"
        again = type(layer).from_config(layer.get_config())
        (found,) = describe(keras.Model([sequence, value, allowed], again(sequence, value, attention_mask=allowed))).layers
        assert found.does.endswith("a weighted mean of the values at those timesteps that a mask allows")
        assert found.flow == "unknown"
        assert found.change == "timesteps stay, 4 features become 4 outputs"
        assert len(found.short) <= 60
    found = describe(keras.Model(sequence, layers.Attention()([padded, padded]))).layers[-1]
    assert found.equation[0] == "a = softmax(query · valueᵀ)   over all unmasked timesteps"


def test_two_inputs_of_one_shape_are_not_one_sequence_that_attends_to_itself():
    one, other = keras.Input((7, 4)), keras.Input((7, 4))
    (found,) = describe(keras.Model([one, other], layers.Attention()([one, other], use_causal_mask=True))).layers
    assert (
        found.does
        == "computes for every timestep of the query a weighted mean of the values at timesteps up to its own position"
    )
