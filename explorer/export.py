"""An experiment as a Python script that stands alone: NumPy and Keras, nothing of this project.

The architecture's and the task's functions are handed out as they are written, with the module's own helpers and constants
that they need, so that what is read on the page is what runs elsewhere.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from explorer import pasted
from explorer.catalog import resolve
from explorer.registry import Architecture, Task
from explorer.spec import HELD_OUT_SAMPLES, SETTINGS, Experiment, Pasted

_PACKAGE = __name__.partition(".")[0]

_SCRIPT = '''\
# {title}: {task_title}.
#
# {summary}
# Written by the sequence model explorer, and standing alone: it needs numpy, keras and tensorflow.
# The same experiment on the page: ?{query}
#
# The data are the page's, number for number. The first weights and the order of the batches are Keras' own here, so the
# losses differ a little.

from __future__ import annotations

{imports}


{code}


{settings}

keras.utils.set_random_seed(seed)


def data(part, samples):
    """Inputs, one array or a list of them, and targets. Each part has random numbers of its own."""
    rng = np.random.default_rng([seed, part])
    inputs, targets = {task_call}
    return (list(inputs) if isinstance(inputs, tuple) else inputs), targets


inputs, targets = data(0, samples)
held_out = data(1, {held_out})

model = {architecture_call}
for layer in model.layers:
    shapes = "; ".join(str(tuple(tensor.shape)) for tensor in keras.tree.flatten(layer.output))
    print(f"{{layer.name:<16}} {{type(layer).__name__:<24}} {{shapes:<24}} {{layer.count_params():>8,}} parameters")
print(f"{{model.count_params():,}} parameters in all")

model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="{loss}"{metrics})
model.fit(inputs, targets, batch_size=batch, epochs=epochs, validation_data=held_out, verbose=2)

found = model.evaluate(*held_out, verbose=0, return_dict=True)
print("held out:", ", ".join(f"{{name}} {{value:.4f}}" for name, value in found.items()))
{floors}'''

_PASTED_SCRIPT = '''\
# {title}: {task_title}.
#
# {summary}
# Written by the sequence model explorer, and standing alone: it needs numpy, keras and tensorflow.
#
# The code comes first, as it was pasted; its own lines that compile, train or evaluate are made comments. What follows it
# makes data of the shapes that it takes, and trains it. The data are the page's, number for number. The first weights and
# the order of the batches are Keras' own here, so the losses differ a little.

import keras

keras.utils.set_random_seed({seed})

# ---------------------------------------------------------------------------------------------------- the pasted code

{pasted}

# ---------------------------------------------------------------------------------------------------- data and training

trained = {trained}

{imports}


{code}


{settings}


def data(part, samples):
    """Inputs, one array or a list of them, and targets. Each part has random numbers of its own."""
    rng = np.random.default_rng([seed, part])
    inputs, targets = {task_call}
    inputs = list(inputs) if isinstance(inputs, tuple) else [inputs]
    return (inputs if len(inputs) > 1 else inputs[0]), targets.reshape(samples, *{target})


inputs, targets = data(0, samples)
held_out = data(1, {held_out})

trained.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="{loss}"{metrics})
trained.fit(inputs, targets, batch_size=batch, epochs=epochs, validation_data=held_out, verbose=2)
trained.summary()

found = trained.evaluate(*held_out, verbose=0, return_dict=True)
print("held out:", ", ".join(f"{{name}} {{value:.4f}}" for name, value in found.items()))
{floors}'''
_SEARCH = "[value for value in globals().values() if isinstance(value, keras.Model)][-1]"
_USES = ("fit", "compile", "evaluate", "predict", "train_on_batch", "summary")


def script(experiment: Experiment) -> str:
    """The experiment as Python source: data, model, shapes, training, evaluation.

    >>> text = script(Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3}))
    >>> "def gru_every_step(" in text, "def delayed_echo(" in text, "explorer.registry" in text
    (True, True, False)
    """
    if experiment.pasted is not None:
        return _pasted_script(experiment, experiment.pasted)
    found = resolve(experiment)
    architecture, task = found.architecture, found.task
    imports, code = {"import keras", "import numpy as np"}, list[str]()
    for entry, text in ((task, _undecorated(task.function)), (architecture, architecture.code)):
        _gather(sys.modules[entry.function.__module__], {entry.name}, {entry.name: text.rstrip()}, imports, code)
    knobs = architecture.own_knobs(experiment.knobs) | task.own_knobs(experiment.knobs)
    names = ["timesteps", "features", *(["units"] if architecture.takes("units") else [])]
    values = {name: getattr(experiment, name) for name in names} | {"outputs": task.outputs} | knobs
    settings = {name: getattr(experiment, name) for name in SETTINGS}
    return _SCRIPT.format(
        title=architecture.title,
        task_title=task.title,
        summary=task.summary,
        query=urlencode(experiment.to_query()),
        imports="\n".join(sorted(imports, key=_import_order)),
        code="\n\n\n".join(code),
        settings="\n".join(f"{name} = {value!r}" for name, value in (values | settings).items()),
        task_call=_call(task, ["timesteps", "features"], "rng, samples"),
        architecture_call=_call(architecture, [*names[:2], "outputs", *names[2:]]),
        held_out=HELD_OUT_SAMPLES,
        loss=task.loss,
        metrics=', metrics=["accuracy"]' if task.answer == "yes/no" else "",
        floors=_floors(experiment),
    )


def _pasted_script(experiment: Experiment, own: Pasted) -> str:
    found = resolve(experiment)
    task = found.task
    values = {"timesteps": found.timesteps, "features": found.features} | task.own_knobs(experiment.knobs)
    call = _call(task, ["timesteps", "features"], "rng, samples")
    if task.name == pasted.RANDOM:
        values, call = {"drawn": pasted.drawn(own)}, f"{task.name}(rng, samples, **drawn)"
    imports, code = {"import keras", "import numpy as np"}, list[str]()
    text = {task.name: _undecorated(task.function).rstrip()}
    _gather(sys.modules[task.function.__module__], {task.name}, text, imports, code)
    settings = {name: getattr(experiment, name) for name in SETTINGS}
    return _PASTED_SCRIPT.format(
        title=found.architecture.title,
        task_title=task.title,
        summary=task.summary,
        pasted=_without_training(own.code),
        trained=_model_name(own.code) or _SEARCH,
        imports="\n".join(sorted(imports, key=_import_order)),
        code="\n\n\n".join(code),
        settings="\n".join(f"{name} = {value!r}" for name, value in (values | settings).items()),
        seed=experiment.seed,
        task_call=call,
        target=pasted.target_shape(own),
        held_out=HELD_OUT_SAMPLES,
        loss=pasted.loss_name(own.loss),
        metrics={"number": "", "yes/no": ', metrics=["binary_accuracy"]'}.get(task.answer, ', metrics=["accuracy"]'),
        floors=_floors(experiment),
    )


def _model_name(code: str) -> str | None:
    """The name of the model that the code trains, else of the one that it compiles; None where it does neither."""
    calls = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    attributes = [each for each in calls if isinstance(each, ast.Attribute)]
    used = [(each.attr, each.value.id) for each in attributes if isinstance(each.value, ast.Name)]
    return next((name for use in _USES for attribute, name in reversed(used) if attribute == use), None)


def _without_training(code: str) -> str:
    """The code with its own training made comments, and what came of it: its data may be a file that is not here."""
    lines, lost = code.splitlines(), set()
    for statement in ast.parse(code).body:
        nodes = list(ast.walk(statement))
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        trains = any(isinstance(each, ast.Attribute) and each.attr in _USES for each in calls)
        simple = isinstance(statement, (ast.Expr, ast.Assign))
        if (
            _foreign(statement)
            or (trains and simple)
            or any(isinstance(node, ast.Name) and node.id in lost for node in nodes)
        ):
            lost |= set(_defines(statement))
            for place in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                lines[place] = f"# {lines[place]}"
        else:
            lost -= set(_defines(statement))
    return "\n".join(lines)


def _foreign(statement: ast.stmt) -> bool:
    """Whether it imports what may not be installed here, or must stand at the top of a file."""
    if isinstance(statement, ast.ImportFrom):
        modules = [statement.module or ""]
    else:
        modules = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
    installed = {"keras", "tensorflow", "numpy", *sys.stdlib_module_names} - {"__future__"}
    return any(module.partition(".")[0] not in installed for module in modules)


def _call(entry: Architecture | Task, names: list[str], first: str = "") -> str:
    given = ", ".join(f"{name}={name}" for name in [*names, *entry.knobs])
    return f"{entry.name}({first + ', ' if first else ''}{given})"


def _floors(experiment: Experiment) -> str:
    found = resolve(experiment).floors
    return "".join(f"print({f'floor “{name}”: {value:.4g}'!r})\n" for name, value in found.items())


def _import_order(line: str) -> tuple[bool, str]:
    """Those of the standard library first, as a linter sorts them."""
    module = line.split()[1].partition(".")[0]
    return module not in sys.stdlib_module_names, line


def _undecorated(function: Callable[..., Any]) -> str:
    source = inspect.getsource(function)
    return "".join(source.splitlines(keepends=True)[ast.parse(source).body[0].lineno - 1 :])


def _gather(module: Any, wanted: set[str], own: Mapping[str, str], imports: set[str], code: list[str]) -> None:
    """Add `wanted` and what it needs of its module to `imports` and `code`, in the order of the file.

    own: the text to take, by name, for what is not to be copied as it stands in the file.
    """
    source = inspect.getsource(module)
    lines, body = source.splitlines(), ast.parse(source).body
    places = {name: node for node in body for name in _defines(node)}
    needed: set[str] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        needed.add(name)
        node = ast.parse(own[name]) if name in own else places[name]
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        waiting |= (used & set(places)) - needed
    found = []
    for node in body:
        names = set(_defines(node)) & needed
        if not names:
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _gather_import(node, names, imports, code)
        else:
            copied = "\n".join(lines[_begin(node, lines) : node.end_lineno])
            found.append(own.get(getattr(node, "name", ""), copied))
    code.extend(text for text in found if text not in code)


def _gather_import(node: ast.Import | ast.ImportFrom, names: set[str], imports: set[str], code: list[str]) -> None:
    """An import as a line of its own; what comes out of this project is copied instead."""
    for alias in node.names:
        if (alias.asname or alias.name.partition(".")[0]) not in names:
            continue
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if module.partition(".")[0] == _PACKAGE:
            _gather(importlib.import_module(module), {alias.name}, {}, imports, code)
        else:
            start = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            imports.add(f"{start}import {alias.name}" + (f" as {alias.asname}" if alias.asname else ""))


def _defines(node: ast.stmt) -> list[str]:
    """The names that a statement of a module gives a meaning."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]


def _begin(node: ast.stmt, lines: list[str]) -> int:
    """Where a statement starts, with its decorators and the comment that stands on it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)]) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return first
