"""Walks the catalog, without training: every entry keeps what its file promises, and a broken file fails loudly."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer import architectures, catalog, tasks
from explorer.catalog import ARCHITECTURES, TASKS, read_experiment, resolve
from explorer.presets import PRESETS
from explorer.registry import Sizes
from explorer.spec import SETTINGS, SIZES

ENTRIES = [*ARCHITECTURES.values(), *TASKS.values()]
each_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def sizes_of(architecture) -> Sizes:
    """Sizes that are all different, so that a swapped axis shows, moved to the nearest that the architecture allows."""
    wanted = {"timesteps": 5, "features": 2, "units": 4}
    for name, size in wanted.items():
        if name in architecture.ranges:
            wanted[name] = min(architecture.ranges[name], key=lambda allowed: abs(allowed - size))
    return Sizes(outputs=3, **wanted)


def variants(architecture) -> list[dict]:
    """The knobs at a first setting, and each turned once; numbers that no size has."""
    first = {}
    for name, knob in architecture.knobs.items():
        first[name] = (
            next(choice for choice in knob.choices if choice not in (2, 3, 4, 5)) if knob.is_number else knob.default
        )
    turned = [
        first | {name: next(choice for choice in knob.choices if choice not in (2, 3, 4, 5, first[name]))}
        for name, knob in architecture.knobs.items()
    ]
    return [first, *turned]


def shapes(text: str, sizes: Sizes, knobs: dict) -> list[tuple[int | None, ...]]:
    """Every shape that is spelled with names in the text, with the sizes put in for the names."""
    values = {"timesteps": sizes.timesteps, "features": sizes.features, "units": sizes.units, "outputs": sizes.outputs}
    values |= {name: value for name, value in knobs.items() if isinstance(value, int)}
    found = []
    for inner in re.findall(r"\((batch[^()]*)\)", text):
        factors = [[values.get(word, word) for word in axis.strip().split(" · ")] for axis in inner.split(",")[1:]]
        found.append((None, *(int(np.prod([int(factor) for factor in axis])) for axis in factors)))
    return found


@each_architecture
def test_the_model_keeps_the_promise_of_shapes(architecture):
    sizes = sizes_of(architecture)
    for knobs in variants(architecture):
        model = architecture.build(sizes, knobs)
        assert tuple(tensor.shape for tensor in model.inputs) == architecture.input_shapes(sizes, knobs)
        assert model.output_shape == architecture.output_shape(sizes)
        assert model.name == architecture.name
        if architecture.answer == "yes/no":
            assert model.layers[-1].activation.__name__ == "sigmoid"


@each_architecture
def test_the_second_line_of_the_docstring_spells_the_true_shapes(architecture):
    sizes = sizes_of(architecture)
    line = architecture.doc.splitlines()[2]
    assert re.fullmatch(r"\(batch, .*\) -> \(batch, .*\)", line), line
    for knobs in variants(architecture):
        model = architecture.build(sizes, knobs)
        came_in, went_out = line.split(" -> ")
        assert shapes(came_in, sizes, knobs) == [tensor.shape for tensor in model.inputs]
        assert shapes(went_out, sizes, knobs) == [tensor.shape for tensor in model.outputs]


@each_architecture
def test_every_shape_that_the_docstring_tells_of_is_there_in_the_model(architecture):
    sizes, told, seen = sizes_of(architecture), set(), set()
    for knobs in variants(architecture):
        model = architecture.build(sizes, knobs)
        there = {layer.output.shape for layer in model.layers}
        for place, shape in enumerate(shapes(architecture.doc, sizes, knobs)):
            told.add(place)
            if shape in there:
                seen.add(place)
    assert told == seen


@each_architecture
def test_layers_are_named_after_their_part_in_the_story(architecture):
    model = architecture.build(sizes_of(architecture))
    names = [layer.name for layer in model.layers]
    assert names[0] == "sequence" and names[-1] == "answer"
    assert not any(re.search(r"\d", name) for name in names), "a layer was left with the name that Keras gave it"


@each_architecture
def test_units_and_knobs_are_honoured(architecture):
    sizes = sizes_of(architecture)

    def trace(sizes, knobs):
        model = architecture.build(sizes, knobs)
        return [repr(sorted(layer.get_config().items(), key=str)) for layer in model.layers if layer.name != "answer"]

    def without_numbers(text):
        return [re.sub(r"'name': '\w+'", "", line) for line in text]

    first, *turned = [without_numbers(trace(sizes, knobs)) for knobs in variants(architecture)]
    assert all(other != first for other in turned)
    if architecture.takes("units"):
        more = Sizes(sizes.timesteps, sizes.features, sizes.outputs, sizes.units + 2)
        knobs = variants(architecture)[0]
        assert architecture.build(more, knobs).count_params() > architecture.build(sizes, knobs).count_params()


@each_architecture
def test_the_code_stands_alone_wherever_it_is_pasted(architecture):
    sizes = sizes_of(architecture)
    assert "explorer" not in architecture.code and "@" not in architecture.code
    namespace: dict = {}
    exec(compile(architecture.code, "pasted.py", "exec", dont_inherit=True), namespace)
    values = {"timesteps": sizes.timesteps, "features": sizes.features, "outputs": sizes.outputs}
    pasted = namespace[architecture.name](**values, **({"units": sizes.units} if architecture.takes("units") else {}))
    model = architecture.build(sizes)
    assert [layer.name for layer in pasted.layers] == [layer.name for layer in model.layers]
    assert [weight.shape for weight in pasted.weights] == [weight.shape for weight in model.weights]


@each_architecture
def test_a_source_is_an_address(architecture):
    assert architecture.source.startswith("https://")


@each_entry
def test_the_docstring_begins_with_one_sentence_and_the_shapes(entry):
    assert entry.summary.endswith(".") and entry.doc.splitlines()[1] == ""
    assert entry.title[0].isupper() and not entry.title.endswith(".")


@each_entry
def test_every_knob_has_a_line_of_help_and_a_name_of_its_own(entry):
    reserved = {
        "architecture",
        "task",
        "outputs",
        "rng",
        *SIZES,
        *SETTINGS,
        "train",
        "pause",
        "resume",
        "step",
        "stop",
        "reset",
    }
    for knob in entry.knobs.values():
        assert knob.help.endswith(".") and "\n" not in knob.help
        assert knob.name not in reserved and len(knob.choices) > 1
    for size, reason in entry.why.items():
        assert size in entry.ranges and reason.endswith(".")


def test_a_knob_of_an_architecture_and_a_task_is_one_knob():
    for architecture in ARCHITECTURES.values():
        for task in TASKS.values():
            for name in set(architecture.knobs) & set(task.knobs) if architecture.fits(task) else ():
                one, other = architecture.knobs[name], task.knobs[name]
                assert (one.choices, one.default, one.help) == (other.choices, other.default, other.help)


def test_every_architecture_has_a_task_and_every_task_an_architecture():
    assert all(any(one.fits(task) for task in TASKS.values()) for one in ARCHITECTURES.values())
    assert all(any(one.fits(task) for one in ARCHITECTURES.values()) for task in TASKS.values())


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_turning_a_knob_of_a_task_changes_what_it_makes(task):
    defaults = {name: knob.default for name, knob in task.knobs.items()}
    features = task.ranges.get("features", (2,))[0]

    def flat(knobs):
        inputs, targets = task.make(np.random.default_rng(0), 50, 9, features, knobs)
        return np.concatenate([array.ravel() for array in (*inputs, targets)])

    for name, knob in task.knobs.items():
        other = next(choice for choice in knob.choices if choice != knob.default)
        assert not np.array_equal(flat(defaults), flat(defaults | {name: other})), name


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
    program = "import sys, explorer.presets, explorer.catalog; print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_experiment_is_resolved_to_its_entries_and_floors(name):
    experiment = read_experiment({"architecture": name, "timesteps": 12}).experiment
    found = resolve(experiment)
    assert (found.architecture, found.task) == (ARCHITECTURES[name], TASKS[experiment.task])
    assert (found.timesteps, found.features) == (experiment.timesteps, experiment.features)
    assert list(found.floors) == [floor.name for floor in found.task.floors]
