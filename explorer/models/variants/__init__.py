"""A model with one setting at another value, to be compared with it.

changes   what of a layer could be set otherwise, and the layer made anew that way
rebuilt   the graph with that layer in it, as far as it holds
reasons   why a layer fails
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import keras

from explorer.answers import ComparableSetting
from explorer.errors.cleaning import one_line
from explorer.keras_internals import layer_and_sublayers
from explorer.models.variants.changes import choices, fresh, with_value
from explorer.models.variants.reasons import reason
from explorer.models.variants.rebuilt import Stop, rebuilt
from explorer.shapes.compare import Broken, Changed
from explorer.shapes.describe_model import describe
from explorer.shapes.graph import Call, calls
from explorer.shapes.model_shapes import ModelShapes
from explorer.tensors.tensor import Tensor
from explorer.tensors.text import in_words

__all__ = ["Setting", "Variant", "VariantBroken", "describe_variant", "settings", "variant", "variant_of"]


@dataclass(frozen=True)
class Setting:
    """One setting of one layer, and the values that it could have.

    layer: the name of its call; of a layer in a nested model "encoder/memory". of: the class that has the setting where
    that is held by a wrapper, "GRU" in a TimeDistributed(GRU); else "".
    """

    layer: str
    setting: str
    value: Any
    others: tuple[Any, ...]
    of: str = ""

    @property
    def label(self) -> str:
        """As in a list: "memory · return_sequences", "memory · return_sequences of its GRU"."""
        return f"{self.layer} · {self.setting}{f' of its {self.of}' if self.of else ''}"

    def written(self) -> ComparableSetting:
        return ComparableSetting(self.layer, self.setting, self.value, self.of, self.label, self.others)

    def to_dict(self) -> dict[str, Any]:
        return self.written().to_dict()


class VariantBroken(ValueError):
    """A model that cannot be built with the other value; its text says which layer fails, why, and what Keras says.

    layer: where it breaks. says: why, without Keras's words, which are in `keras_says`: "" where a tensor is missing and
    Keras is not even asked. partial: the model up to there, or None where nothing holds.
    """

    def __init__(self, layer: str, says: str, keras_says: str, partial: keras.Model | None) -> None:
        super().__init__(f"{says} Keras says: {keras_says}" if keras_says else says)
        self.layer, self.says, self.keras_says, self.partial = layer, says, keras_says, partial


def settings(model: keras.Model) -> list[Setting]:
    """Everything in a model that has a few values to choose from: what is on or off, and what is a word.

    >>> sequence = keras.Input((20, 5), name="sequence")
    >>> memory = keras.layers.GRU(32, return_sequences=True, name="memory")(sequence)
    >>> [f"{each.label}: {each.value}" for each in settings(keras.Model(sequence, memory))][:2]
    ['memory · return_sequences: True', 'memory · kind: GRU']
    """
    found = []
    for call in calls(model):
        if call.shares:
            continue
        if isinstance(call.layer, keras.Model):
            found += [replace(each, layer=f"{call.name}/{each.layer}") for each in settings(call.layer)]
        for choice in choices(call.layer):
            of = "" if choice.holder is call.layer else type(choice.holder).__name__
            found.append(Setting(call.name, choice.setting, choice.value, choice.others, of))
    return found


def variant(model: keras.Model, layer: str, setting: str, value: Any = None) -> keras.Model:
    """The same graph with one setting changed, and the same weights wherever they still have their shape.

    value: one of the setting's `others`, itself or as text; None for the first of them.

    Raises VariantBroken where a layer fails, and ValueError for a setting or value that there is not.

    >>> sequence = keras.Input((20, 5), name="sequence")
    >>> memory = keras.layers.GRU(32, return_sequences=True, name="memory")(sequence)
    >>> variant(keras.Model(sequence, memory), "memory", "return_sequences", False).output_shape
    (None, 32)
    """
    wanted, value = _asked_for(model, layer, setting, value)
    outer, _, inner = layer.partition("/")

    def make(call: Call) -> Any:
        if call.name != outer:
            return fresh(call.layer)
        return variant(call.layer, inner, setting, value) if inner else with_value(call.layer, setting, value)

    # Classes of somebody's own are found by their names.
    with keras.saving.custom_object_scope({type(each).__name__: type(each) for each in layer_and_sublayers(model)}):
        made, stop = rebuilt(model, make)
    if stop is not None:
        raise _broken(model, wanted, value, made, stop)
    _keep_weights(model, made)
    return made


@dataclass(frozen=True)
class Variant:
    """A model with one setting changed, as far as it holds.

    model, description: up to where it breaks; None where nothing holds. broken: None where it does.
    """

    changed: Changed
    model: keras.Model | None
    description: ModelShapes | None
    broken: Broken | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: `changed`, `description` and `broken`."""
        description = None if self.description is None else self.description.to_dict()
        return {"changed": self.changed, "description": description, "broken": self.broken}


def variant_of(model: keras.Model, layer: str, setting: str, value: Any = None) -> Variant:
    """The same as `variant`, of one that breaks what holds. Raises ValueError for a setting or value that there is not."""
    wanted, value = _asked_for(model, layer, setting, value)
    changed: Changed = {"layer": layer, "setting": setting, "label": wanted.label, "here": wanted.value, "there": value}
    try:
        made = variant(model, layer, setting, value)
    except VariantBroken as error:
        broken: Broken = {"layer": error.layer, "says": error.says, "keras_says": error.keras_says}
        return Variant(
            changed, error.partial, None if error.partial is None else describe(error.partial, whole=False), broken
        )
    return Variant(changed, made, describe(made), None)


def describe_variant(model: keras.Model, layer: str, setting: str, value: Any = None) -> dict[str, Any]:
    """`variant_of` as plain data."""
    return variant_of(model, layer, setting, value).to_dict()


def _asked_for(model: keras.Model, layer: str, setting: str, value: Any) -> tuple[Setting, Any]:
    offered = settings(model)
    found = next((each for each in offered if (each.layer, each.setting) == (layer, setting)), None)
    if found is None:
        own = [each.setting for each in offered if each.layer == layer]
        if not own:
            names = ", ".join(dict.fromkeys(each.layer for each in offered))
            raise ValueError(f"There is no layer called “{layer}” with a setting to compare. Layers that have one: {names}.")
        raise ValueError(f"“{layer}” has no setting called “{setting}”. It has: {', '.join(own)}.")
    if value is None:
        return found, found.others[0]
    for other in found.others:
        if str(other).lower() == str(value).lower():
            return found, other
    others = ", ".join(map(str, found.others))
    raise ValueError(f"{setting} of “{layer}” is {found.value}; it can also be {others}. Received: {value}")


def _broken(model: keras.Model, changed: Setting, value: Any, partial: keras.Model | None, stop: Stop) -> VariantBroken:
    name, own, error = stop.call.name, changed.layer, stop.error
    if isinstance(error, VariantBroken):  # Within a nested model, which has said so already.
        return VariantBroken(name, error.says, error.keras_says, partial)
    before, after = _returned(describe(model)), {} if partial is None else _returned(describe(partial, whole=False))
    keras_says = "" if error is None else _in_short(error)
    if error is None:
        why = f"it reads {stop.lacks}, which is no longer returned"
    elif stop.layer is None:
        why = keras_says.rstrip(".")
    else:
        why = reason(stop.layer, [(before | after)[read] for read in stop.call.reads])
    begin = f"With {changed.setting}={value}, "
    if own != name and own in after and after[own].shape != before[own].shape:
        gives, gave = (in_words(each[own].axes, each[own].shape) for each in (after, before))
        begin += f"`{own}` returns {gives} instead of {gave}. "
    return VariantBroken(name, f"{begin}`{name}` fails: {why}.", keras_says, partial)


def _in_short(error: Exception) -> str:
    """What Keras says: of an error within a layer's call the sentence that it prints in bold, without what stands around."""
    text = str(error).strip() or repr(error)
    bold = re.search(r"\x1b\[1m(.+?)\x1b\[0m", text, re.DOTALL)
    return one_line(bold[1] if bold else text)


def _returned(description: ModelShapes) -> dict[str, Tensor]:
    """What every source and layer returns, by name."""
    found = {source.name: Tensor(source.shape, source.axes) for source in description.sources}
    return found | {each.name: Tensor(each.output[0], each.axes_out[0]) for each in description.layers if each.output}


def _keep_weights(model: keras.Model, made: keras.Model) -> None:
    known = {variable.path: variable for variable in model.variables}
    for variable in made.variables:
        same = known.get(variable.path)
        if same is not None and same.shape == variable.shape and same.dtype == variable.dtype:
            variable.assign(same)
