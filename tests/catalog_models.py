"""Models of the catalog and what is answered about them, made once in a process: for tests that only look at them."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import keras

from explorer.catalog import ARCHITECTURES, read_experiment
from explorer.catalog.entries import Sizes
from explorer.description import Description
from explorer.experiment import Experiment
from explorer.models.build import build, build_experiment
from explorer.models.setting_symbols import with_settings
from explorer.models.variants import Variant, settings, variant_of
from explorer.runtime.jobs import jobs
from explorer.shapes.describe_model import describe

SMALL = Sizes(timesteps=7, features=2, outputs=3, units=6)  # all different, so that a swapped axis shows
# What these change, the layers behind meet.
MET_BEHIND = ("return_sequences", "direction", "merge_mode")


def experiment_of(architecture: str, **values: Any) -> Experiment:
    return read_experiment({"architecture": architecture, **values}).experiment


@cache
def answer(architecture: str) -> dict[str, Any]:
    """What a page is given about an architecture (`explorer.runtime.jobs.jobs.describe`)."""
    return jobs.describe(experiment_of(architecture).to_dict())


@cache
def description(architecture: str) -> Description:
    return Description.read(answer(architecture)["description"])


def described(experiment: Experiment) -> Description:
    """The description alone of an experiment's model, without the numbers that flow through it, which take longest."""
    return with_settings(describe(build_experiment(experiment)), experiment).written()


@cache
def small_model(architecture: str) -> keras.Model:
    return build(ARCHITECTURES[architecture], SMALL)


@cache
def small_variant(architecture: str, layer: str, setting: str, value: Any) -> Variant:
    return variant_of(small_model(architecture), layer, setting, value)


@cache
def chosen_settings() -> dict[str, list[tuple[str, str, Any]]]:
    """The settings of each architecture (layer, setting, other value) that are tried: what the layers behind meet in each,
    and every other value of a class of layer, by how many axes come in, once in the catalog. `make soak-pairs` tries all."""
    met, found = set(), {}
    for name in ARCHITECTURES:
        model = small_model(name)
        axes = {layer.name: (layer.type, len(layer.input[0])) for layer in describe(model).layers}
        found[name] = []
        for each in settings(model):
            for other in each.others:
                kind = (axes[each.layer], each.of, each.setting, other)
                behind = each.setting in MET_BEHIND and other == each.others[0]
                if behind or kind not in met or os.environ.get("PAIRS") == "all":
                    found[name].append((each.layer, each.setting, other))
                met.add(kind)
    return found
