"""Which setting of an experiment every axis and every weight follows.

Two sizes may have the same number by chance. So an architecture is built once with a different large prime in every
setting: there each number tells where it comes from. What is found so is put in the place of the symbols that `shapes`
gives by number alone, as long as it comes to Keras's numbers for the experiment in hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from explorer.catalog import ARCHITECTURES, resolve
from explorer.catalog.entries import Architecture, Sizes
from explorer.description import Setting
from explorer.experiment import Experiment
from explorer.experiment.bounds import size_reason
from explorer.layers.held import NamedWeight, Number
from explorer.models.build import build
from explorer.shapes.describe_model import describe as describe_model
from explorer.shapes.model_shapes import LayerShapes, ModelShapes
from explorer.shapes.parameters import Arithmetic
from explorer.tensors.symbols import Size
from explorer.tensors.tensor import ORDERED
from explorer.tensors.tensor import Sizes as Extents
from explorer.tensors.text import agreed, joined, one_of

PRIMES = {"timesteps": 53, "features": 31, "outputs": 17, "symbols": 37, "units": 127}
# What the task says, and no slider.
OF_THE_TASK = ("outputs", "symbols")
MORE_PRIMES = (13, 19, 23, 29)
LARGEST_PART = 8


class _Differs(Exception):
    """What was found at the primes does not come to Keras's numbers at these sizes."""


def with_settings(description: ModelShapes, experiment: Experiment) -> ModelShapes:
    """The description of an experiment's model with the symbols of its settings, and what each of them moves.

    Pasted code has none: its sizes stand in it, and its description is as it was.
    """
    if experiment.pasted is not None:
        return description
    entries = resolve(experiment)
    architecture, task, sizes = entries.architecture, entries.task, entries.sizes
    knobs = architecture.own_knobs(experiment.knobs)
    sized = _sized(architecture, experiment)
    others = tuple((name, value) for name, value in sorted(knobs.items()) if name not in sized)
    found, names = _at_primes(experiment.architecture, others, sized)
    now = {name: getattr(sizes, name) for name in PRIMES} | {name: knobs[name] for name in sized}
    settings = {symbol: setting for symbol, setting in names.items() if isinstance(setting, str)}
    derived = {symbol: size for symbol, size in names.items() if isinstance(size, Size)}
    symbols = {
        symbol: (axis, now[settings[symbol]] if symbol in settings else number)
        for symbol, (axis, number) in found.symbols.items()
        if symbol not in derived
    }
    values = {symbol: number for symbol, (_, number) in symbols.items()}
    try:
        description = _dressed(description, found, derived, values)
    except _Differs:
        return description
    fixed = [name for name in PRIMES if name in OF_THE_TASK or size_reason(name, architecture, task)]
    moves = {
        setting: _moves(description, symbol, symbols[symbol][0])
        for symbol, setting in settings.items()
        if setting not in fixed
    }
    return replace(description, symbols=symbols, settings=moves)


def _sized(architecture: Architecture, experiment: Experiment) -> tuple[str, ...]:
    """The knobs that are themselves the size of an axis that comes in."""
    sizes = Sizes(experiment.timesteps, experiment.features, 1, experiment.units)
    own = architecture.own_knobs(experiment.knobs)
    before = architecture.input_shapes(sizes, own)
    numbers = [name for name, value in own.items() if isinstance(value, int) and not isinstance(value, bool)]
    return tuple(name for name in numbers if architecture.input_shapes(sizes, own | {name: own[name] + 1}) != before)


@lru_cache(maxsize=256)
def _at_primes(
    name: str, fixed: tuple[tuple[str, Any], ...], sized: tuple[str, ...]
) -> tuple[ModelShapes, dict[str, str | Size]]:
    """An architecture described at the primes; and for its symbols the setting that each is, or how it follows from one."""
    primes = PRIMES | dict(zip(sized, MORE_PRIMES, strict=False))
    knobs = dict(fixed) | {knob: primes[knob] for knob in sized}
    sizes = Sizes(**{size: primes[size] for size in PRIMES})
    found = describe_model(build(ARCHITECTURES[name], sizes, knobs))
    by_number = {number: setting for setting, number in primes.items()}
    names: dict[str, str | Size] = {}
    symbols: dict[str, str] = {}
    for symbol, (axis, number) in found.symbols.items():
        if number in by_number and (by_number[number] not in symbols or axis == by_number[number]):
            symbols[by_number[number]] = symbol
    for symbol, (_, number) in found.symbols.items():
        if number in by_number:
            # Of several axes that follow one setting, such as units and filters, all have the symbol of one.
            own = symbols[by_number[number]]
            names[symbol] = by_number[number] if symbol == own else Size.symbol(own)
    for symbol, (_, number) in found.symbols.items():
        if symbol not in names and number is not None:
            every = [(setting, by) for setting in symbols for by in range(2, LARGEST_PART + 1)]
            parts = [(setting, by) for setting, by in every if primes[setting] // by == number]
            if len(parts) == 1:
                setting, by = parts[0]
                names[symbol] = Size.symbol(symbols[setting]) // by
            times = [(setting, by) for setting, by in every if primes[setting] * by == number]
            if times:
                # A number is a multiple of one prime alone.
                setting, by = times[0]
                names[symbol] = Size.symbol(symbols[setting]) * by
    return found, names


def _dressed(
    description: ModelShapes, found: ModelShapes, derived: Mapping[str, Size], values: Mapping[str, int | None]
) -> ModelShapes:
    """A description with the sizes of another one of the same wiring. Raises _Differs where they do not fit."""

    def fitting(sizes: tuple[Size | None, ...], shape: tuple[int | None, ...]) -> tuple[Size | None, ...]:
        put = tuple(size and size.put(derived) for size in sizes)
        if len(put) != len(shape) or any(size and size.at(values) != n for size, n in zip(put, shape, strict=True)):
            raise _Differs
        return put

    def number(each: Number) -> Number:
        return each.put(derived) if isinstance(each, Size) else each

    def counted(own: Arithmetic | None, other: Arithmetic | None, params: int | None) -> Arithmetic | None:
        if own is None or other is None:
            return own
        terms = [(list(map(number, factors)), list(map(number, addends))) for factors, addends in other.terms]
        arithmetic = Arithmetic(terms, values)
        if arithmetic.total != params:
            raise _Differs
        return arithmetic

    def weight(own: NamedWeight, other: NamedWeight) -> NamedWeight:
        return replace(own, sizes=fitting(other.sizes, own.shape))

    def layer(own: LayerShapes, other: LayerShapes) -> LayerShapes:
        if len(own.inside) != len(other.inside) or len(own.weights) != len(other.weights):
            raise _Differs
        return replace(
            own,
            sizes_in=tuple(map(fitting, other.sizes_in, own.input)),
            sizes_out=tuple(map(fitting, other.sizes_out, own.output)),
            counted=counted(own.counted, other.counted, own.params),
            weights=tuple(map(weight, own.weights, other.weights)),
            inside=tuple(map(layer, own.inside, other.inside)),
        )

    if [each.name for each in description.layers] != [each.name for each in found.layers]:
        raise _Differs
    sources = tuple(
        replace(own, sizes=fitting(other.sizes, own.shape))
        for own, other in zip(description.sources, found.sources, strict=True)
    )
    return replace(description, sources=sources, layers=tuple(map(layer, description.layers, found.layers)))


def _moves(description: ModelShapes, symbol: str, axis: str) -> Setting:
    """What a setting moves: the axes of which sources and layers, and the parameters of which layers, and why."""
    sizes: list[tuple[str, Sequence[Extents]]] = [(source.name, [source.sizes]) for source in description.sources]
    sizes += [(layer.name, layer.sizes_out) for layer in description.layers]
    axes = [name for name, tensors in sizes if any(size and symbol in size.symbols for each in tensors for size in each)]
    parameters = [layer.name for layer in description.layers if layer.counted and symbol in layer.counted.symbols]
    return Setting(symbol, tuple(axes), tuple(parameters), _parameter_sentence(axis, parameters))


def _parameter_sentence(axis: str, parameters: list[str]) -> str:
    if parameters:
        changed = "its count of parameters changes" if len(parameters) == 1 else "their counts of parameters change"
        return f"{joined(parameters)} {agreed('have', len(parameters))} weights along {axis}, so {changed}."
    if axis in ORDERED:
        return f"No parameter changes: the same weights are used at every {one_of(axis)}."
    return f"No parameter changes: no layer has weights along {axis}."
