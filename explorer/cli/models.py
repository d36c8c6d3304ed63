"""The commands about a model of the catalog: list, shapes, explain, quiz, twins."""

from __future__ import annotations

import json
from typing import Any

import click
from msgspec.structs import replace

from explorer.catalog import ARCHITECTURES, TASKS
from explorer.catalog.entries import Entry
from explorer.catalog.presets import PRESETS, Preset
from explorer.cli import printing
from explorer.cli.options import as_json, examples, experiment, spelled, takes_experiment
from explorer.description import Description
from explorer.experiment import spell
from explorer.runtime.jobs import jobs
from explorer.shapes.compare import compare, comparison_text
from explorer.shapes.explanation import explained, explanation_text, layer_text, named


@click.command("list", epilog=examples("list", "list --json"))
@as_json
def list_all(as_json: bool) -> None:
    """List architectures and tasks, which of them fit each other, and the named experiments."""
    found = {
        "architectures": [
            _entry(entry) | {"tasks": [name for name, task in TASKS.items() if entry.fits(task)]}
            for entry in ARCHITECTURES.values()
        ],
        "tasks": [
            _entry(task) | {"architectures": [name for name, entry in ARCHITECTURES.items() if entry.fits(task)]}
            for task in TASKS.values()
        ],
    }
    presets = [_preset(preset) for preset in PRESETS.values()]
    if as_json:
        print(json.dumps(found | {"presets": presets}, indent=2))
        return
    for kind, entries in found.items():
        columns: dict[str, dict[str, Any]] = {
            name: {"overflow": "fold"} for name in ("name", "title", "output", "settings", "fits")
        }
        columns["name"] = {"no_wrap": True}
        rows = [
            [
                entry["name"],
                entry["title"],
                entry["answers"],
                ", ".join(f"{spelled(name)} {spell(value)}" for name, value in entry["knobs"].items()),
                ", ".join(entry["tasks"] if kind == "architectures" else entry["architectures"]),
            ]
            for entry in entries
        ]
        printing.table(columns, rows, kind)
    wide = {name: {"overflow": "fold"} for name in ("title", "architecture", "task", "what there is to see")}
    rows = [[each["name"], each["title"], each["architecture"], each["task"], each["says"]] for each in presets]
    printing.table({"name": {"no_wrap": True}, **wide}, rows, "presets: named experiments, on the page with ?preset=NAME")


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "answers": entry.answers,
        "says": entry.summary,
        "knobs": {name: knob.default for name, knob in entry.knobs.items()},
    }


def _preset(preset: Preset) -> dict[str, Any]:
    experiment = preset.experiment
    return {
        "name": preset.name,
        "title": preset.title,
        "says": preset.says,
        "architecture": experiment.architecture,
        "task": experiment.task,
        "query": experiment.to_query(),
    }


@click.command(epilog=examples("shapes gru_every_step --timesteps 20 --features 5 --units 32", "shapes two_streams --json"))
@takes_experiment
@as_json
def shapes(settings: dict[str, Any], as_json: bool) -> None:
    """What every layer receives and returns."""
    description = jobs.describe(experiment(settings).to_dict())["description"]
    if as_json:
        print(json.dumps({name: description[name] for name in ("inputs", "output", "layers", "params")}))
    else:
        printing.chain(Description.read(description))


@click.command(epilog=examples("explain windows_gru --layer memory", "explain gru_every_step --json"))
@takes_experiment
@click.option("--layer", metavar="NAME", help="Only this layer.")
@as_json
def explain(settings: dict[str, Any], layer: str | None, as_json: bool) -> None:
    """What every layer does to the axes, and why."""
    found = jobs.describe(experiment(settings).to_dict())
    description, drawings = Description.read(found["description"]), found["drawings"]
    if layer is not None:
        description = replace(description, layers=(named(description, layer),))
    if as_json:
        print(json.dumps(explained(description).to_dict()))
    else:
        print(explanation_text(description, drawings) if layer is None else layer_text(description.layers[0], drawings))


@click.command(epilog=examples("quiz two_streams --seed 7 --questions 10"))
@takes_experiment
# The experiment's own seed draws the model's weights, which no question is about.
@click.option("--questions", metavar="N", default="10", show_default=True, help="How many questions.")
def quiz(settings: dict[str, Any], questions: str) -> None:
    """Questions about a model, with a reason for every choice."""
    from explorer.quiz import play

    if not (questions.isascii() and questions.isdecimal() and int(questions)):
        raise ValueError(f"--questions must be a whole number from 1 on. Received: “{questions}”.")
    asked = experiment(settings)
    play(Description.read(jobs.describe(asked.to_dict())["description"]), asked.seed, int(questions), experiment=asked)


@click.command(
    epilog=examples(
        "twins gru_every_step",
        "twins gru_every_step --layer memory --setting return_sequences",
        "twins bidirectional_gru --layer memory --setting merge_mode --value sum --json",
    )
)
@takes_experiment
@click.option("--layer", metavar="NAME", help="The layer whose setting it is; without it, all settings are listed.")
@click.option("--setting", metavar="SETTING", help="return_sequences, merge_mode, kind ...")
@click.option("--value", metavar="VALUE", help="The other value; by default the first possible one.")
@as_json
def twins(settings: dict[str, Any], layer: str | None, setting: str | None, value: str | None, as_json: bool) -> None:
    """Compare a model with the same model with one setting changed."""
    values = experiment(settings).to_dict()
    found = jobs.describe(values)
    if layer is None or setting is None:
        _offer(found["comparable"], as_json)
        return
    other = jobs.compare(values, layer, setting, value)
    here = Description.read(found["description"])
    there = Description.read(other["description"]) if other["description"] else None
    if as_json:
        parts = compare(here, there, other["broken"], other["changed"])
        print(json.dumps({"changed": other["changed"], "broken": other["broken"], **parts}))
    else:
        print(comparison_text(here, there, other["broken"], other["changed"]))


def _offer(offered: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(offered))
        return
    for each in offered:
        others = " / ".join(map(str, each["others"]))
        print(f"--layer {each['layer']} --setting {each['setting']}: {each['value']} → {others}")
    if not offered:
        print("This model has no settings to compare.")


COMMANDS = (list_all, shapes, explain, quiz, twins)
