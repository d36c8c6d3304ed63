"""Attention weights of every head are those of Keras and of NumPy, with masks and causal ones, for sizes that all differ."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from explorer.layers.attention_drawn import attention_drawing
from explorer.layers.drawn import Attending
from explorer.models import activations, layer_views
from explorer.models.attention import FORBIDDEN, FORBIDDEN_IN_ALL, LATER, MASKED_KEY, MASKED_QUERY, look

QUERIES, KEYS, SAMPLES = 4, 6, 2
WIDTHS = {"query": 3, "value": 5, "key": 7}
HEADS, SIZE, VALUE_SIZE = 3, 2, 8


def softmax(scores: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Over the last axis, of what is allowed."""
    scores = np.where(allowed, scores, -1e9)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def weights_of(layer: keras.Layer) -> dict[str, np.ndarray]:
    return {"/".join(each.path.split("/")[-2:]): each.numpy() for each in layer.weights}


def scores_by_hand(layer: keras.Layer, query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """The scores before the softmax, (samples, heads, queries, keys)."""
    if isinstance(layer, layers.MultiHeadAttention):
        own = weights_of(layer)
        q, k = (
            np.einsum("btf,fhd->bhtd", array, own[f"{name}/kernel"]) + own[f"{name}/bias"][None, :, None]
            for name, array in (("query", query), ("key", key))
        )
        return q @ k.swapaxes(-1, -2) / np.sqrt(layer.key_dim)
    pairs = query[:, :, None] + key[:, None]
    if isinstance(layer, layers.AdditiveAttention):
        return (np.tanh(pairs) * layer.scale.numpy()).sum(axis=-1)[:, None]
    return (query @ key.swapaxes(-1, -2) * (layer.scale.numpy() if layer.use_scale else 1))[:, None]


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def padded(*shape: int, of: int) -> np.ndarray:
    """Sequences that end in zeros, the second one earlier."""
    found = numbers(*shape)
    found[0, shape[1] - of :] = 0
    found[1, shape[1] - of - 1 :] = 0
    return found


def multi_head() -> keras.Layer:
    return layers.MultiHeadAttention(HEADS, SIZE, value_dim=VALUE_SIZE, name="attention")


def several_inputs() -> tuple[dict[str, keras.KerasTensor], list[np.ndarray]]:
    shapes = {"query": (QUERIES, WIDTHS["query"]), "value": (KEYS, WIDTHS["value"]), "key": (KEYS, WIDTHS["key"])}
    sequences = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    return sequences, [padded(SAMPLES, *shape, of=1) for shape in shapes.values()]


@pytest.mark.parametrize("masked", ["nothing", "query", "value", "key", "all"])
@pytest.mark.parametrize("causal", [False, True])
def test_the_weights_of_every_head_are_those_of_keras_and_numpy(masked, causal):
    sequences, arrays = several_inputs()
    given = {
        name: layers.Masking(name=f"mask_{name}")(each) if masked in (name, "all") else each
        for name, each in sequences.items()
    }
    layer = multi_head()
    model = keras.Model(list(sequences.values()), layer(**given, use_causal_mask=causal))
    for variable in layer.trainable_variables:
        variable.assign(numbers(*variable.shape))
    found = look(model, "attention", arrays)
    masks = {
        name: array.any(axis=-1) if masked in (name, "all") else np.ones(array.shape[:2], bool)
        for name, array in zip(sequences, arrays, strict=True)
    }
    allowed = masks["query"][:, :, None] & (masks["value"] & masks["key"])[:, None]
    allowed = allowed & (np.tri(QUERIES, KEYS, dtype=bool) if causal else True)
    assert found.weights.shape == (SAMPLES, HEADS, QUERIES, KEYS)
    np.testing.assert_array_equal(found.allowed, allowed)
    clear = np.broadcast_to(allowed.any(axis=-1)[:, None], (SAMPLES, HEADS, QUERIES))
    np.testing.assert_allclose(found.weights.sum(axis=-1), clear, atol=1e-5)
    handed = {f"{name}_mask": mask for name, mask in masks.items() if name != "query"}
    _, scores = layer(*arrays, **handed, return_attention_scores=True, use_causal_mask=causal)
    np.testing.assert_allclose(found.weights[clear], np.asarray(scores)[clear], atol=1e-5)
    by_hand = softmax(scores_by_hand(layer, arrays[0], arrays[2]), allowed[:, None])
    np.testing.assert_allclose(found.weights[clear], by_hand[clear], atol=1e-5)
    assert not found.weights[np.broadcast_to(~allowed[:, None], found.weights.shape)].any()


@pytest.mark.parametrize("kind", ["Attention", "AdditiveAttention"])
@pytest.mark.parametrize("causal", [False, True])
def test_layers_without_heads_have_one(kind, causal):
    query, value = keras.Input((QUERIES, 5), name="query"), keras.Input((KEYS, 5), name="value")
    layer = getattr(layers, kind)(use_scale=True, name="attention")
    heeding = layers.Masking(name="mask")
    model = keras.Model([query, value], layer([query, heeding(value)], use_causal_mask=causal))
    layer.scale.assign(numbers(*layer.scale.shape) + 1.5)
    arrays = [numbers(SAMPLES, QUERIES, 5), padded(SAMPLES, KEYS, 5, of=2)]
    found = look(model, "attention", arrays)
    allowed = arrays[1].any(axis=-1)[:, None] & (np.tri(QUERIES, KEYS, dtype=bool) if causal else np.True_)
    allowed = np.broadcast_to(allowed, (SAMPLES, QUERIES, KEYS))
    np.testing.assert_array_equal(found.allowed, allowed)
    np.testing.assert_allclose(found.weights, softmax(scores_by_hand(layer, *arrays), allowed[:, None]), atol=1e-5)
    _, scores = layer(arrays, mask=[None, arrays[1].any(axis=-1)], return_attention_scores=True, use_causal_mask=causal)
    np.testing.assert_allclose(found.weights[:, 0], scores, atol=1e-5)


def test_a_mask_that_is_handed_over_counts_and_is_named():
    sequence, mask = keras.Input((QUERIES, 3), name="sequence"), keras.Input((QUERIES, QUERIES), dtype="bool", name="mask")
    model = keras.Model([sequence, mask], multi_head()(sequence, sequence, attention_mask=mask))
    wanted = np.tri(QUERIES, k=1, dtype=bool)[None]
    array = numbers(1, QUERIES, 3)
    found = look(model, "attention", [array, wanted])
    np.testing.assert_array_equal(found.allowed, wanted)
    assert list(found.attending.barred) == [FORBIDDEN]
    drawn = layer_views.draw(model, *activations.outputs(model, [array, wanted]))["attention"]
    assert drawn.reasons == (FORBIDDEN,) and np.array(drawn.barred).astype(bool).tolist() == (~wanted[0]).tolist()


def test_the_drawing_has_every_head_and_why_a_timestep_is_not_attended_to():
    sequence = keras.Input((QUERIES, 3), name="sequence")
    masked = layers.Masking(name="mask")(sequence)
    model = keras.Model(sequence, multi_head()(masked, masked, use_causal_mask=True))
    array = padded(SAMPLES, QUERIES, 3, of=1)[:1]
    found = look(model, "attention", array)
    drawn = layer_views.draw(model, *activations.outputs(model, array))["attention"]
    assert (drawn.of_heads, drawn.of_queries, drawn.of_keys) == (HEADS, QUERIES, QUERIES)
    np.testing.assert_allclose(np.array(drawn.heads) / 10_000, found.weights[0], atol=1e-4)
    assert drawn.reasons == (MASKED_QUERY, MASKED_KEY, LATER)
    # A reason for each: the last timestep is padding, as a query and as a key, and nobody looks ahead.
    assert drawn.barred == ((0, 3, 3, 2), (0, 0, 3, 2), (0, 0, 0, 2), (1, 1, 1, 1))
    assert (
        "Each row sums to 1, or to 0 where the query may attend to nothing." in drawn.says
        and drawn.says.count("Hatched") == 1
    )


def test_of_many_heads_and_timesteps_some_are_drawn_and_it_is_said():
    weights = np.full((1, 9, 50, 100), 0.01, np.float32)
    drawn = attention_drawing(Attending(weights, {}))
    assert np.shape(drawn.heads) == (8, 48, 48) and (drawn.keys[0], drawn.keys[-1]) == (1, 100)
    assert "Each row sums to 1 over all 100 key timesteps." in drawn.says
    assert "Drawn are 8 of 9 heads, 48 of 50 query timesteps and 48 of 100 key timesteps, evenly picked." in drawn.says
    assert len(str(drawn.to_dict()).replace(" ", "")) < 100_000
    weights[0, 0, 0, 0] = np.nan
    assert "NaN" in attention_drawing(Attending(weights, {})).says


def test_two_calls_on_one_sequence_have_the_masks_that_keras_gives_them():
    sequence = keras.Input((QUERIES, 3), name="sequence")
    masked = layers.Masking(name="mask")(sequence)
    first = layers.MultiHeadAttention(2, 3, name="first")(masked, masked)
    # Keras 3.15.1 takes the mask off the tensors that the first layer is given: the second one gets none.
    second = layers.MultiHeadAttention(2, 3, name="second")(masked, masked)
    model = keras.Model(sequence, [first, second])
    array = padded(SAMPLES, QUERIES, 3, of=1)
    seen = {}
    for layer in (model.get_layer("first"), model.get_layer("second")):
        compute = layer._compute_attention_mask
        layer._compute_attention_mask = lambda *args, name=layer.name, compute=compute, **kwargs: seen.setdefault(
            name, compute(*args, **kwargs)
        )
    model(array)
    for name in ("first", "second"):
        del model.get_layer(name)._compute_attention_mask
        wanted = np.ones((SAMPLES, QUERIES, QUERIES), bool) if seen.get(name) is None else np.asarray(seen[name])
        np.testing.assert_array_equal(look(model, name, array).allowed, wanted)


@pytest.mark.parametrize("name", ["memory", "nobody"])
def test_what_is_no_attention_layer_is_named_in_a_sentence(name):
    sequence = keras.Input((QUERIES, 3), name="sequence")
    model = keras.Model(sequence, layers.GRU(2, name="memory")(sequence))
    with pytest.raises(ValueError, match=f"no attention layer called “{name}”. The model has no attention layer."):
        look(model, name, numbers(1, QUERIES, 3))


@pytest.mark.parametrize("differ", [True, False])
def test_a_mask_with_an_axis_of_heads_bars_what_no_head_may_attend_to(differ):
    sequence, allowed = keras.Input((QUERIES, 2)), keras.Input((HEADS, QUERIES, QUERIES), dtype="bool")
    layer = layers.MultiHeadAttention(HEADS, SIZE, name="attention")
    model = keras.Model([sequence, allowed], layer(sequence, sequence, attention_mask=allowed))
    rng = np.random.default_rng(2)
    numbers, mask = rng.normal(size=(SAMPLES, QUERIES, 2)), rng.random((SAMPLES, HEADS, QUERIES, QUERIES)) > 0.4
    if not differ:
        mask[:] = mask[:, :1]
    mask[..., 0], mask[..., 1, 2] = True, False
    found = look(model, "attention", [numbers, mask])
    wanted = layer(numbers, numbers, attention_mask=mask, return_attention_scores=True)[1]
    np.testing.assert_allclose(found.weights, wanted, atol=1e-6)
    assert (found.weights[~mask] < 1e-6).all()
    (reason,) = found.attending.barred
    assert reason == (FORBIDDEN_IN_ALL if differ else FORBIDDEN)
    np.testing.assert_array_equal(found.allowed, mask.any(axis=1))
    flow = activations.outputs(model, [numbers, mask])
    assert reason in layer_views.draw(model, *flow)["attention"].reasons
