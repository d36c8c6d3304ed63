"""Nothing that the page, the command line or the documentation shows is written in words of this project's own."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

from explorer.catalog import ARCHITECTURES, TASKS
from explorer.catalog.examples import EXAMPLES
from explorer.catalog.presets import PRESETS
from explorer.glossary import GLOSSARY
from explorer.quiz import question
from explorer.shapes.compare import compare
from explorer.shapes.describe_model import describe
from explorer.training.narration import Course
from tests import catalog_models
from tests.catalog_models import answer
from tests.for_all import for_all

ROOT = Path(__file__).resolve().parent.parent
# With what stands for each. Names in code are not words: "memory" is the name of a layer, `twins` of a command.
OWN = {
    r"\b(?:It|The code) holds\b": "no problems found",
    r"\bmend(?:s|ed|ing)?\b(?!`)": "fix",
    r"\btwins?\b(?! \w+_)": "compare, other model",
    r"\b(?<!Math\.)floors?\b": "baseline",
    r"\b(?:timesteps|axes|features) go\b": "are removed",
    r"\bhand(?:s|ed|ing)? (?:on|over)\b": "return, pass",
    r"\blooks? at\b|\blooked at\b": "attends to",
    r"\bheard\b|\bhears?\b": "reads, input",
    r"\bmemories\b|\b(?:the|its|last|a|one|empty|fresh) memory\b(?! (?:back|than|needed))": "hidden state",
    r"\bis asked\b|\bare asked\b": "the question is about",
    r"\bcounts are what\b": "parameters",
    r"\bspell(?:s|ed)? (?:it )?out\b": "repeat, add a decoder",
    r"\bstumble\b": "common mistakes",
    r"\b(?<!Exit )codes\b": "code",
    r"\bby heart\b": "memorize, overfit",
    r"\baxis of time\b": "time axis",
    r"\bnumber by number\b": "element by element",
    r"\breads? (?:it )?both ways\b": "in both directions",
    r"\bmoves? an axis\b": "changes the size of an axis",
    r"\b(?:timesteps|features|units) are (?:added|the outputs?)\b": "an axis of ... is added, become outputs",
    r"\bgoes? on\b|\bcannot go on\b": "continues, fails",
    r"\ba second\b(?= *[\"'`,;)])": "epochs/s",
}
WRONG = re.compile("|".join(f"(?:{each})" for each in OWN), re.IGNORECASE)
# Of a sentence that is true in everyday English.
FINE = re.compile(r"needs? (?:no )?memory|GiB of memory|more memory|a worker|`[^`]*`|“[^”]*”", re.IGNORECASE)


@cache
def wrong_words(text: str) -> list[str]:
    return [found[0] for found in WRONG.finditer(FINE.sub("", text))]


def check(texts) -> None:
    found = {text: wrong for text in texts if (wrong := wrong_words(text))}
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def test_words_of_before_would_be_found():
    for text in ("It holds.", "timesteps go", "hands on all 20 memories", "how to mend it", "its twin", "the floor"):
        assert wrong_words(text), text
    for text in ("the hidden state", "`memory` returns", "1 GiB of memory", "a model without memory"):
        assert not wrong_words(text), text


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_model_its_quiz_and_its_comparison_are_told_in_keras_words(name):
    found, description = answer(name), catalog_models.description(name)
    check(strings({key: value for key, value in found["description"].items() if key != "code"}))
    check(look["says"] for look in (found["drawings"] or {}).values())
    for seed in range(4):
        for number in range(12):
            asked = question(description, seed, number)
            check([asked.text, *(text for choice in asked.choices for text in (choice.text, choice.reason))])
    here = describe(catalog_models.small_model(name)).written()
    for setting in catalog_models.chosen_settings()[name]:
        other = catalog_models.small_variant(name, *setting)
        parts = compare(here, other.description and other.description.written(), other.broken, other.changed)
        check([parts["why"], *(each["says"] for each in parts["differences"])])
        check([other.broken["says"]] if other.broken else [])


def test_the_catalog_is_told_in_keras_words():
    for entry in (*ARCHITECTURES.values(), *TASKS.values()):
        check([entry.title, entry.doc, *(knob.help for knob in entry.knobs.values()), *entry.why.values()])
    for task in TASKS.values():
        check(text for baseline in task.baselines for text in (baseline.name, baseline.passed))
    check(text for preset in PRESETS.values() for text in (preset.title, preset.says))
    check(text for example in EXAMPLES.values() for text in (example.title, example.says))
    check(GLOSSARY.values())


def test_numbers_below_zero_have_a_minus():
    entries = (*ARCHITECTURES.values(), *TASKS.values())
    shown = [text for each in entries for text in (each.summary, *(knob.help for knob in each.knobs.values()))]
    shown += [each.doc for each in ARCHITECTURES.values()]
    shown += [text for each in TASKS.values() for baseline in each.baselines for text in (baseline.name, baseline.passed)]
    shown += [text for each in PRESETS.values() for text in (each.title, each.says)] + list(GLOSSARY.values())
    assert [text for text in shown if re.search(r"(?<![\w)\]])-\d", FINE.sub("", text))] == []


# Not every model that uses other timesteps has a memory, or reads backwards: attention and convolutions have neither.
def test_what_a_baseline_means_is_true_of_every_architecture_that_fits():
    without = [each for each in ARCHITECTURES.values() if re.search("attention|convolution|transformer", each.name)]
    for task in TASKS.values():
        fits = [each.name for each in without if each.fits(task)]
        told = [each.passed for each in task.baselines if re.search("memory within|remember|backwards", each.passed)]
        assert not (fits and told), (task.name, fits, told)


def shown_by(path: Path):
    """The string literals of a Python file that read as words, its docstrings left out; of f-strings the constant parts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in documentation and " " in node.value.strip():
            yield node.value


PYTHON = [
    *sorted((ROOT / "explorer" / "ui").rglob("*.py")),
    *sorted((ROOT / "explorer" / "snippet").rglob("*.py")),
    *sorted((ROOT / "explorer" / "quiz").glob("*.py")),
    *sorted((ROOT / "explorer" / "training").glob("*.py")),
    *sorted((ROOT / "explorer" / "cli").glob("*.py")),
    *sorted((ROOT / "explorer" / "models").rglob("*.py")),
    *sorted((ROOT / "explorer" / "shapes").glob("*.py")),
]


@for_all("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_are_in_keras_words(path):
    check(shown_by(path))


SCRIPTS = [path for path in sorted((ROOT / "assets").rglob("*.js")) if "node_modules" not in path.parts]


@for_all("path", SCRIPTS, ids=lambda path: path.name)
def test_the_front_end_speaks_keras_words(path):
    lines = (
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith(("//", "*", "/*"))
    )
    literal = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")
    check(found[1] or found[2] or "" for line in lines for found in literal.finditer(line) if " " in found[0])


@pytest.mark.parametrize("page", ["README.md", "docs/python.md", "docs/layers.md", "docs/how_it_works.md"])
def test_the_documentation_is_in_keras_words(page):
    prose = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    check(prose.splitlines())


def test_what_a_run_shows_is_told_in_keras_words():
    import numpy as np

    from explorer.catalog import checked_experiment
    from explorer.training.narration import narrate

    for name, task in TASKS.items():
        fitting = next(entry.name for entry in ARCHITECTURES.values() if entry.fits(task))
        experiment = checked_experiment({"architecture": fitting, "task": name}, str)
        for end in (0.0001, 0.3, 2.0):
            losses = np.linspace(2.0, end, 12)
            errors = np.linspace(1, end, 12)[:, None] * np.ones((1, experiment.timesteps))
            check(narrate(experiment, Course(losses, losses, errors)))
