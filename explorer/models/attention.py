"""The weights with which an attention layer of a model, trained or not, divides its attention: of every head, for real
sequences."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import mask_of
from explorer.layers.base import class_name, rules_for
from explorer.layers.drawn import Attending
from explorer.models.activations import run
from explorer.shapes.graph import Call, calls

MASKED_QUERY = "the query timestep is masked"
MASKED_KEY = "the key timestep is masked"
LATER = "the key timestep comes later (use_causal_mask=True)"
FORBIDDEN = "attention_mask does not allow it"
FORBIDDEN_IN_ALL = "attention_mask does not allow it in any head"


@dataclass(frozen=True)
class Attention:
    """What one call of an attention layer computed for some sequences; the weights stand at `attending`."""

    layer: str
    attending: Attending

    @property
    def weights(self) -> np.ndarray:
        """(samples, heads, query timesteps, key timesteps); each row along the last axis sums to 1.

        Where a query may attend to nothing, MultiHeadAttention gives a row of zeros.
        """
        return self.attending.weights

    @property
    def allowed(self) -> np.ndarray:
        """(samples, query timesteps, key timesteps): whether the one may attend to the other, in any head."""
        found = np.ones(self.weights[:, 0].shape, bool)
        for barred in self.attending.barred.values():
            found &= ~barred
        return found


def is_attention(layer: Any) -> bool:
    """Whether a layer is of a class whose attention weights are known."""
    return rules_for(layer).family == "attention"


def look(model: keras.Model, name: str, inputs: Any) -> Attention:
    """What the attention layer `name` computes for `inputs`, an array for each input of the model (or the one array),
    (samples, timesteps, features).

    Raises ValueError with a sentence for a layer that is not there, or whose weights are not known.

    >>> sequence = keras.Input((5, 2), name="sequence")
    >>> attention = keras.layers.MultiHeadAttention(3, 4, name="attention")(sequence, sequence)
    >>> found = look(keras.Model(sequence, attention), "attention", np.ones((1, 5, 2)))
    >>> found.weights.shape, bool(np.allclose(found.weights, 0.2))
    ((1, 3, 5, 5), True)
    """
    able = [call.name for call in calls(model) if is_attention(call.layer)]
    if name not in able:
        there = f"Attention layers: {', '.join(able)}." if able else "The model has no attention layer."
        raise ValueError(f"There is no attention layer called “{name[:80]}”. {there}")
    found: list[Attending | None] = []

    def before(call: Call, args: Sequence[Any], kwargs: Mapping[str, Any], _: Mapping[int, Any]) -> None:
        if call.name == name:
            found.append(attending(call.layer, args, kwargs))

    run(model, inputs, before=before)
    if found[0] is None:
        raise ValueError(f"How “{name}” divides its attention is not known: it does not attend along one axis of timesteps.")
    return Attention(name, found[0])


def attending(
    layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any], returned: np.ndarray | None = None
) -> Attending | None:
    """How a call divides attention, by Keras's own `return_attention_scores`; None where that is not along one axis.

    args, kwargs: of the call, with tensors that bring along their masks. returned: what the call gave: None comes back
    where it gives something else now.
    """
    given = dict(inspect.signature(layer.call).bind(*args, **kwargs).arguments)
    # The call takes the masks from its tensors: they must be read before it.
    masks = _masks(layer, given)
    causal = bool(given.get("use_causal_mask"))
    first = given.pop(next(iter(given)))
    output, weights = (np.asarray(each) for each in layer(first, **(given | {"return_attention_scores": True})))
    if weights.ndim == 3:
        weights = weights[:, None]
    if weights.ndim != 4:
        return None
    found = Attending(weights.astype(np.float32), _barred(weights[:, 0].shape, masks, causal))
    if returned is not None:
        # Where a query may attend to nothing, Keras returns this or that, and it means nothing.
        means = Attention("", found).allowed.any(axis=-1)
        same = output.shape == returned.shape
        if not same or not np.allclose(output[means], returned[means], rtol=1e-3, atol=1e-5, equal_nan=True):
            return None
    return found


def _barred(shape: tuple[int, ...], masks: Mapping[str, np.ndarray], causal: bool) -> dict[str, np.ndarray]:
    """Why a query may not attend to a key, (samples, queries, keys) for each reason, as Keras puts the masks together."""
    found: dict[str, np.ndarray] = {}
    if "query" in masks:
        found[MASKED_QUERY] = ~masks["query"][:, :, None]
    for role in ("value", "key"):
        if role in masks:
            found[MASKED_KEY] = ~masks[role][:, None, :] | found.get(MASKED_KEY, False)
    if causal:
        found[LATER] = np.tri(shape[1], shape[2])[None] == 0
    if "attention" in masks:
        mask = masks["attention"]
        # With an axis of heads: (samples, heads, queries, keys), of which one head may be that of all.
        of_heads = mask.ndim == 4
        differ = of_heads and bool(np.any(mask != mask[:, :1]))
        found[FORBIDDEN_IN_ALL if differ else FORBIDDEN] = np.logical_not(mask.any(axis=1) if of_heads else mask)
    return {reason: np.broadcast_to(where, shape) for reason, where in found.items()}


def _masks(layer: Any, given: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The masks that a call heeds, by what they mask: those that travel, unless one is handed over in their place."""
    found: dict[str, Any]
    if "inputs" in given:
        # Attention and AdditiveAttention heed the masks of query and value alone.
        listed = given.get("mask") or [mask_of(each) for each in given["inputs"]]
        found = dict(zip(("query", "value"), listed, strict=False))
    else:
        roles = [role for role in ("query", "value", "key") if given.get(role) is not None]
        handed = {role: given.get(f"{role}_mask") for role in roles}
        if class_name(layer) == "MultiHeadAttention":
            # Keras 3.15.1 takes the mask that travels beside the query, whatever is handed over.
            handed["query"] = None
        found = {role: mask_of(given[role]) if handed[role] is None else handed[role] for role in roles}
        found["attention"] = given.get("attention_mask")
    return {role: np.asarray(mask).astype(bool) for role, mask in found.items() if mask is not None}
