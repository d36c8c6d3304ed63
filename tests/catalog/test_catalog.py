"""Walks the catalog, without training: every entry keeps what its file promises, and a broken file fails loudly."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from explorer import catalog
from explorer.catalog import ARCHITECTURES, TASKS, architectures, read_experiment, resolve, tasks
from explorer.catalog.presets import PRESETS
from tests import entry_rules
from tests.for_all import for_all

ENTRIES = [*ARCHITECTURES.values(), *TASKS.values()]
each_architecture = for_all("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
each_entry = for_all("entry", ENTRIES, ids=lambda entry: entry.name)


# One architecture after the other: all rules look at the same models.
@each_architecture
@for_all("rule", entry_rules.EVERY_ARCHITECTURE, ids=lambda rule: rule.__name__)
def test_every_architecture_keeps_the_rules(architecture, rule):
    assert list(rule(architecture)) == []


@for_all("task", TASKS.values(), ids=TASKS)
@for_all("rule", entry_rules.EVERY_TASK, ids=lambda rule: rule.__name__)
def test_every_task_keeps_the_rules(task, rule):
    assert list(rule(task)) == []


@each_entry
@for_all("rule", entry_rules.EVERY_ENTRY, ids=lambda rule: rule.__name__)
def test_every_entry_keeps_the_rules(entry, rule):
    assert list(rule(entry)) == []


def test_a_knob_of_an_architecture_and_a_task_is_one_knob():
    for architecture in ARCHITECTURES.values():
        for task in TASKS.values():
            for name in set(architecture.knobs) & set(task.knobs) if architecture.fits(task) else ():
                one, other = architecture.knobs[name], task.knobs[name]
                assert (one.choices, one.default, one.help) == (other.choices, other.default, other.help)


def test_every_architecture_has_a_task_and_every_task_an_architecture():
    assert all(any(one.fits(task) for task in TASKS.values()) for one in ARCHITECTURES.values())
    assert all(any(one.fits(task) for one in ARCHITECTURES.values()) for task in TASKS.values())


@pytest.mark.parametrize(("package", "entries"), [(architectures, ARCHITECTURES), (tasks, TASKS)])
def test_every_file_is_an_entry_in_the_order_of_the_folder(package, entries):
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(entries) == files
    named = [name for name in package.ORDER if name in files]
    assert list(entries) == named + sorted(files - set(named))


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_is_an_experiment_that_is_taken_as_it_stands(preset):
    reading = read_experiment(preset.experiment.to_query())
    assert reading.problems == () and reading.experiment == preset.experiment
    assert PRESETS[preset.name] is preset
    assert preset.says.endswith(".") and len(preset.title) <= 20


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of entries, importable under a name of its own."""
    home = tmp_path / "folder_of_entries"
    home.mkdir()
    (home / "__init__.py").write_text("ORDER = ()\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield home
    for name in [name for name in sys.modules if name.split(".")[0] == home.name]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("def broken(:", SyntaxError, "invalid syntax"),
        ("import no_such_module_anywhere", ImportError, "no_such_module_anywhere"),
        ("def broken(): pass", ImportError, "folder_of_entries.broken must define and sign in a function called broken."),
    ],
    ids=["does not parse", "does not import", "signs nothing in"],
)
def test_a_broken_file_in_the_folder_fails_loudly(folder, source, error, sentence):
    (folder / "broken.py").write_text(source)
    with pytest.raises(error, match=sentence):
        catalog._walk(importlib.import_module(folder.name), {})


def test_reading_the_catalog_does_not_import_keras():
    program = "import sys, explorer.catalog.presets; print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@for_all("name", ARCHITECTURES)
def test_an_experiment_is_resolved_to_its_entries_and_baselines(name):
    experiment = read_experiment({"architecture": name, "timesteps": 12}).experiment
    found = resolve(experiment)
    assert (found.architecture, found.task) == (ARCHITECTURES[name], TASKS[experiment.task])
    assert (found.timesteps, found.features) == (experiment.timesteps, experiment.features)
    assert list(found.baselines) == [baseline.name for baseline in found.task.baselines]
