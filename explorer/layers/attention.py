"""Attention: every timestep of a query is given a weighted mean of the timesteps of a value.

A query asks, a key answers how much each of its timesteps matters, and the value is averaged over these timesteps. Where no
key is given, the value is the key. What is known holds along one axis of timesteps, for (batch, timesteps, features).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.description import TimeFlow
from explorer.drawings import Drawing
from explorer.keras_internals import mask_of
from explorer.layers.attention_drawn import attention_drawing
from explorer.layers.base import LayerCall, LayerRules, Own, Summary, class_name
from explorer.layers.drawn import LayerView
from explorer.layers.held import AxisSize, Terms, WeightMeaning
from explorer.layers.reading import mask_tensors, unmasked
from explorer.layers.reasons import along
from explorer.layers.words import all_steps, step
from explorer.tensors.tensor import ORDERED, Axes, Shape, Tensor
from explorer.tensors.text import changes

ROLES = ("query", "value", "key")


@dataclass(frozen=True)
class Attended:
    """The tensors of one call by their roles. has_key: whether the key is one of its own.

    causal: whether a timestep attends to none that comes after it. has_mask: whether somebody hands over a mask that says
    to which timesteps it attends. asks_masked: whether some timesteps of the query are masked.
    """

    query: Tensor
    value: Tensor
    key: Tensor
    has_key: bool
    causal: bool
    has_mask: bool
    asks_masked: bool

    @property
    def is_self(self) -> bool:
        """Whether a sequence attends to itself."""
        return self.query is self.value

    @property
    def seen(self) -> str:
        """The timesteps that every one of the query attends to."""
        name = self.value.axes[1]
        before = "itself and those before it" if self.is_self else f"{name} up to its own position"
        if self.has_mask:
            allowed = "its masks allow" if self.value.masked else "a mask allows"
            return f"{before}, where {allowed} it" if self.causal else f"those {name} that {allowed}"
        if self.causal:
            return f"{before}, without masked ones" if self.value.masked else before
        return f"all unmasked {name}" if self.value.masked else all_steps(self.value)

    @property
    def mean(self) -> str:
        """The same as a part of the value, and what weighs it."""
        found = f"a weighted mean of {self.seen}"
        if not self.is_self:
            found = f"a weighted mean of the values at {self.seen}"
        return f"{found}, with weights from the key" if self.has_key else found

    @property
    def limits(self) -> str:
        """The same behind an equation, where it is not all of them."""
        return f"   over {self.seen}" if self.has_mask or self.causal or self.value.masked else ""


def attended(call: LayerCall) -> Attended | None:
    """Query, value and key of a call; None for more than one axis of timesteps, and for what is no such call."""
    roles = _roles(call)
    if not {"query", "value"} <= set(roles):
        return None
    query, value = roles["query"], roles["value"]
    key = roles.get("key", value)
    if any(len(each.shape) != 3 for each in (query, value, key)) or not _is_covered(call.layer):
        return None
    given = {} if call.node is None else call.node.arguments.kwargs
    asked, has_mask = _masks(call.node)
    causal = bool(given.get("use_causal_mask"))
    return Attended(query, value, key, "key" in roles, causal, has_mask, asked or query.masked)


def _masks(node: Any) -> tuple[bool, bool]:
    """Whether a mask of the query is handed over, and whether one of what it attends to."""
    if node is None:
        return False, False
    own = {id(mask_of(tensor)) for tensor in node.input_tensors}
    masks = {name: mask for name, mask in node.arguments.kwargs.items() if "mask" in name and name != "use_causal_mask"}
    # Attention takes its masks in a list, that of the query first.
    listed = masks.pop("mask", None)
    asked, *others = listed if isinstance(listed, (list, tuple)) and listed else [None]
    found = [masks.pop("query_mask", None), asked], [*others, *masks.values()]
    in_query, in_value = (any(mask is not None and id(mask) not in own for mask in each) for each in found)
    return in_query, in_value


def _roles(call: LayerCall) -> dict[str, Tensor]:
    """The tensors that go in, by their roles."""
    if call.node is None:
        return dict(zip(ROLES, call.received, strict=False))
    masks = mask_tensors(call.node)
    numbers = [each for each in unmasked(call.node.input_tensors) if id(each) not in masks]
    tensors = {id(each): tensor for each, tensor in zip(numbers, call.received, strict=True)}
    return {name: tensors[id(each)] for name, each in _named(call.node).items() if id(each) in tensors}


def _named(node: Any) -> dict[str, Any]:
    """What a call is given, by its roles: as a list, or each by its name or its place."""
    args, kwargs = node.arguments.args, node.arguments.kwargs
    named = dict(zip(ROLES, args[0] if args and isinstance(args[0], (list, tuple)) else args, strict=False))
    return named | {name: kwargs[name] for name in ROLES if kwargs.get(name) is not None}


def _names(call: LayerCall) -> list[str]:
    """The role of every tensor that goes in: one that is given for two roles goes in twice."""
    if call.node is None:
        return list(ROLES[: len(call.received)])
    roles = [(id(tensor), name) for name, tensor in _named(call.node).items()]
    found = []
    for tensor in unmasked(call.node.input_tensors):
        place = next((place for place, (own, _) in enumerate(roles) if own == id(tensor)), None)
        found.append("mask" if place is None else roles.pop(place)[1])
    return found


def _is_covered(layer: Any) -> bool:
    """Whether it attends along the one axis of timesteps, without a window or a gate, and gives one vector at each."""
    config = layer.get_config()
    wide, axes = config.get("output_shape"), config.get("attention_axes")
    plain = not config.get("sliding_window") and not config.get("use_gate")
    return plain and tuple(axes or (1,)) == (1,) and (wide is None or len(wide) == 1)


class AttentionRules(LayerRules):
    family = "attention"
    # Masks too are given as inputs.
    most_inputs = None
    reads_time = reads_mask = True

    def input_axes(self, layer: Any, rank: int) -> Axes | None:
        return ("batch", "timesteps", "features") if rank == 3 else None

    def input_names(self, call: LayerCall) -> Sequence[str]:
        return _names(call)

    def output_names(self, call: LayerCall) -> Sequence[str]:
        return ["output", "attention scores"] if len(call.returned) > 1 else ()

    def covers(self, call: LayerCall) -> bool:
        counted = all(tensor.axes[1] in ORDERED for tensor in call.received if len(tensor.shape) == 3)
        return super().covers(call) and counted and attended(call) is not None

    def time_flow(self, call: LayerCall) -> TimeFlow:
        found = attended(call)
        if found is None or found.has_mask:
            return "unknown"
        return "all before" if found.causal else "all"

    def skips_masked(self, call: LayerCall) -> bool:
        found = attended(call)
        return found is not None and found.value.masked

    def uses_mask(self, call: LayerCall) -> bool | None:
        found = attended(call)
        if found is None:
            return None
        # Attention returns 0 where the query is masked; several heads attend to nothing there.
        return found.asks_masked or found.has_mask or found.value.masked or found.key.masked

    def needs(self, layer: Any, received: Sequence[Tensor]) -> str | None:
        return along("attends along", layer, received)

    def view(self, view: LayerView) -> Drawing | None:
        """The weights of every head, where they give what the layer returned."""
        found = view.attending() if _is_covered(view.layer) else None
        return None if found is None else attention_drawing(found)


class Attention(AttentionRules):
    """Luong et al., https://arxiv.org/abs/1508.04025; AdditiveAttention: Bahdanau et al., https://arxiv.org/abs/1409.0473."""

    classes = ("Attention", "AdditiveAttention")
    words = {"score_mode": ("dot", "concat")}

    def axes(self, call: LayerCall, shapes: list[Shape]) -> list[Axes] | None:
        """As many timesteps as the query has; what stands at each is mixed from the value."""
        found = attended(call)
        if found is None:
            return None
        query, value = found.query.axes, found.value.axes
        scores = (query[0], query[1], f"attended {value[1]}")
        return [(*query[:-1], value[-1]) if not place else scores for place in range(len(shapes))]

    def sizes(self, call: LayerCall, shapes: list[Shape]) -> list[list[AxisSize]] | None:
        found = attended(call)
        if found is None:
            return None
        query, value = found.query.sizes, found.value.sizes
        return [[*query[:-1], value[-1]] if not place else [query[0], query[1], value[1]] for place in range(len(shapes))]

    def parameters(self, call: LayerCall, own: Own) -> Terms | None:
        if class_name(call.layer) == "AdditiveAttention":
            return None if call.width is None else [([1], [call.width])]
        numbers = bool(call.layer.use_scale) + (call.layer.score_mode == "concat")
        return [([], [numbers])]

    def weights(self, call: LayerCall, own: Own) -> Mapping[str, WeightMeaning]:
        if class_name(call.layer) == "AdditiveAttention" and call.width is not None:
            return {"scale": ([(call.first.axes[-1], call.width)], {})}
        return {}

    def summary(self, call: LayerCall) -> Summary | None:
        found = attended(call)
        if found is None:
            return None
        return summary_of(call, found, "", f", and 0 to masked {found.query.axes[1]}")

    def equation(self, call: LayerCall) -> Sequence[str]:
        found, layer = attended(call), call.layer
        if found is None:
            return ()
        key = "key" if found.has_key else "value"
        scale = "scale ∗ " if layer.use_scale else ""
        if class_name(layer) == "AdditiveAttention":
            score = f"Σ {scale}tanh(query + {key})"
        elif layer.score_mode == "dot":
            score = f"{scale}query · {key}ᵀ"
        else:
            score = f"concat_score_weight ∗ Σ tanh({'scale ∗ (' if scale else ''}query + {key}{')' if scale else ''})"
        zeroed = f"   0 at masked {found.query.axes[1]}" if found.asks_masked else ""
        return [f"a = softmax({score}){found.limits}", f"y = a · value{zeroed}"]


def summary_of(call: LayerCall, found: Attended, heads: str, to_masked: str) -> Summary:
    """What is said of attention. to_masked: what masked timesteps of the query are given."""
    one = f"every {step(found.query)}"
    asking = "" if found.is_self else " of the query"
    # The query comes first, in whatever order the tensors were named; a mask is nothing that becomes something.
    received = [found.query, found.value, *([found.key] if found.has_key else [])]
    change = changes(received, call.returned)
    more = to_masked if found.asks_masked else ""
    short = f"{one} attends to {found.seen}"
    short = short if len(short) <= 60 else f"{one} attends to what its masks allow"
    return Summary(short, f"computes for {one}{asking}{heads} {found.mean}{more}", change)
