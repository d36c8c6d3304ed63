"""What of a layer could be set otherwise, and the layer made anew that way: small tables for all of Keras's layers.

What a wrapper holds is set through the wrapper: in TimeDistributed(GRU) and Bidirectional(GRU) it is the GRU that has
`return_sequences`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import keras
from keras import layers

from explorer.layers.base import rules_for
from explorer.layers.reasons import title

# A switch of any layer that nothing would be seen of; those of one class stand with its rules (`unseen`).
UNSEEN = frozenset(("trainable",))
# The order in which they are offered; all others come after, as Keras lists them.
FIRST = ("return_sequences", "wrapper", "kind", "direction", "merge_mode", "padding")


@dataclass(frozen=True)
class Choice:
    """One setting of a layer: its value, and the values that it could have. holder: the layer that has it."""

    setting: str
    value: Any
    others: tuple[Any, ...]
    holder: Any


def choices(layer: Any) -> list[Choice]:
    """What of a layer could be set otherwise, what it wraps included."""
    found: dict[str, Choice] = {}
    for part, wrapper in _parts(layer, None):
        for choice in _own(part, wrapper):
            found.setdefault(choice.setting, choice)
    places = {name: place for place, name in enumerate(FIRST)}
    return sorted(found.values(), key=lambda choice: places.get(choice.setting, len(FIRST)))


def with_value(layer: Any, setting: str, value: Any, wrapper: Any = None) -> Any:
    """The same layer, not yet built, with a setting of its own or of what it wraps at another value."""
    if setting not in [choice.setting for choice in _own(layer, wrapper)]:
        return fresh(layer, **{entry: with_value(held, setting, value, layer) for entry, held in _held(layer).items()})
    if setting == "kind":
        return _of_class(layer, getattr(layers, value))
    if setting == "direction":
        return layers.Bidirectional(fresh(layer), name=layer.name) if value == "both" else _one_way(layer)
    if setting == "wrapper":
        if _wraps(layer):
            return fresh(layer.layer, name=layer.name)
        return layers.TimeDistributed(fresh(layer), name=layer.name)
    return fresh(layer, **{setting: value})


def fresh(layer: Any, /, **changes: Any) -> Any:
    """The same layer, not yet built, with some entries of its configuration changed; an operation without weights itself."""
    if not isinstance(layer, keras.layers.Layer):
        return layer
    changes = {entry: fresh(held) for entry, held in _held(layer).items()} | changes
    # What is held must not be built either: it may meet another width than it did.
    changes = {
        entry: keras.saving.serialize_keras_object(each) if isinstance(each, keras.layers.Layer) else each
        for entry, each in changes.items()
    }
    config = _with_seeds({**layer.get_config(), **changes}, crc32(layer.name.encode()))
    return type(layer).from_config(config)


def _own(layer: Any, wrapper: Any) -> Iterator[Choice]:
    """The settings of a layer itself; `wrapper` is what holds it, or None."""
    if not isinstance(layer, keras.layers.Layer) or isinstance(layer, keras.Model):
        return
    name, both_ways, rules = type(layer).__name__, isinstance(wrapper, layers.Bidirectional), rules_for(layer)
    if rules.exchangeable:
        yield _choice(layer, "kind", name, rules.exchangeable)
    if isinstance(layer, layers.RNN) and not both_ways:
        yield _choice(layer, "direction", "one", ("one", "both"))
    if isinstance(layer, layers.Bidirectional):
        yield _choice(layer, "direction", "both", ("one", "both"))
    if _wraps(layer):
        yield _choice(layer, "wrapper", title(layer), (title(layer), title(layer.layer)))
    if type(layer) is layers.Dense and not _wraps(wrapper):
        yield _choice(layer, "wrapper", name, (name, f"TimeDistributed({name})"))
    # One of the two must run backwards, and a wrapper hands on one tensor.
    unseen = (
        UNSEEN
        | rules.unseen
        | ({"go_backwards"} if both_ways else set())
        | ({"return_state"} if wrapper is not None else set())
    )
    for entry, value in layer.get_config().items():
        words = rules.words.get(entry)
        if words:
            yield _choice(layer, entry, value, words)
        elif isinstance(value, bool) and entry not in unseen:
            yield _choice(layer, entry, value, (True, False))


def _choice(holder: Any, setting: str, value: Any, values: tuple[Any, ...]) -> Choice:
    return Choice(setting, value, tuple(each for each in values if each != value), holder)


def _parts(layer: Any, wrapper: Any) -> Iterator[tuple[Any, Any]]:
    """A layer and what it wraps, each with what holds it; the two directions of a Bidirectional are set as one."""
    yield layer, wrapper
    held = next(iter(_held(layer).values()), None)
    if held is not None:
        yield from _parts(held, layer)


def _held(layer: Any) -> dict[str, Any]:
    """What a layer wraps, by the entry of its configuration."""
    if isinstance(layer, layers.Bidirectional):
        return {"layer": layer.forward_layer, "backward_layer": layer.backward_layer}
    return {"layer": layer.layer} if isinstance(layer, layers.Wrapper) else {}


def _wraps(layer: Any) -> bool:
    return isinstance(layer, layers.TimeDistributed)


def _of_class(layer: Any, other: Any) -> Any:
    """A layer of another class of Keras, with what both can be given."""
    known = {"name", "trainable", "dtype", *inspect.signature(other.__init__).parameters}
    config = {entry: value for entry, value in layer.get_config().items() if entry in known}
    return other.from_config(_with_seeds(config, crc32(layer.name.encode())))


def _one_way(layer: layers.Bidirectional) -> Any:
    # The wrapper has set the zeros; on its own the layer has Keras's default.
    zeros = {"zero_output_for_mask": False} if hasattr(layer.forward_layer, "zero_output_for_mask") else {}
    return fresh(layer.forward_layer, name=layer.name, **zeros)


def _with_seeds(config: Any, seed: int) -> Any:
    """The configuration with a seed wherever none was given, so that a variant has the same weights each time."""
    if isinstance(config, dict):
        return {
            entry: seed if entry == "seed" and value is None else _with_seeds(value, seed) for entry, value in config.items()
        }
    return config
