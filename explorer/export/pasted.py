"""An experiment with pasted code as a script: the code first, as it was pasted, then data of its shapes, and training."""

from __future__ import annotations

import ast
import sys

from explorer.catalog import pasted, resolve
from explorer.experiment import HELD_OUT_SAMPLES, SETTINGS, Experiment, Pasted
from explorer.export.source import baselines, call, defines, gather, import_order, undecorated
from explorer.syntax import parse

_SCRIPT = '''\
# {title}: {task_title}.
#
# {summary}
# Written by the sequence model explorer, and standing alone: it needs numpy, keras and tensorflow.
#
# The code comes first, as it was pasted; its own lines that compile, train or evaluate are made comments. What follows it
# makes data of the shapes that it takes, and trains it. The data are the page's, number for number. The first weights and
# the order of the batches are Keras's own here, so the losses differ a little.

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
print("validation:", ", ".join(f"{{name}} {{value:.4f}}" for name, value in found.items()))
{baselines}'''
_SEARCH = "[value for value in globals().values() if isinstance(value, keras.Model)][-1]"
_USES = ("fit", "compile", "evaluate", "predict", "train_on_batch", "summary")


def pasted_script(experiment: Experiment, own: Pasted) -> str:
    """The experiment as Python source; `own` is the code that stands in the place of its architecture."""
    found = resolve(experiment)
    task = found.task
    values = {"timesteps": found.timesteps, "features": found.features} | task.own_knobs(experiment.knobs)
    task_call = call(task, ["timesteps", "features"], "rng, samples")
    if task.name == pasted.RANDOM:
        values, task_call = {"drawn": pasted.drawn(own)}, f"{task.name}(rng, samples, **drawn)"
    imports, code = {"import keras", "import numpy as np"}, list[str]()
    text = {task.name: undecorated(task.function).rstrip()}
    gather(sys.modules[task.function.__module__], {task.name}, text, imports, code)
    settings = {name: getattr(experiment, name) for name in SETTINGS}
    return _SCRIPT.format(
        title=found.architecture.title,
        task_title=task.title,
        summary=task.summary,
        pasted=_without_training(own.code),
        trained=_model_name(own.code) or _SEARCH,
        imports="\n".join(sorted(imports, key=import_order)),
        code="\n\n\n".join(code),
        settings="\n".join(f"{name} = {value!r}" for name, value in (values | settings).items()),
        seed=experiment.seed,
        task_call=task_call,
        target=pasted.target_shape(own),
        held_out=HELD_OUT_SAMPLES,
        loss=pasted.loss_name(own.loss),
        metrics={"number": "", "yes/no": ', metrics=["binary_accuracy"]'}.get(task.answer, ', metrics=["accuracy"]'),
        baselines=baselines(experiment),
    )


def _model_name(code: str) -> str | None:
    """The name of the model that the code trains, else of the one that it compiles; None where it does neither."""
    calls = [node.func for node in ast.walk(parse(code)) if isinstance(node, ast.Call)]
    attributes = [each for each in calls if isinstance(each, ast.Attribute)]
    used = [(each.attr, each.value.id) for each in attributes if isinstance(each.value, ast.Name)]
    return next((name for use in _USES for attribute, name in reversed(used) if attribute == use), None)


def _without_training(code: str) -> str:
    """The code with its own training made comments, and what came of it: its data may be a file that is not here."""
    lines, lost = code.splitlines(), set()
    for statement in parse(code).body:
        nodes = list(ast.walk(statement))
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        trains = any(isinstance(each, ast.Attribute) and each.attr in _USES for each in calls)
        simple = isinstance(statement, (ast.Expr, ast.Assign))
        if (
            _foreign(statement)
            or (trains and simple)
            or any(isinstance(node, ast.Name) and node.id in lost for node in nodes)
        ):
            lost |= set(defines(statement))
            for place in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
                lines[place] = f"# {lines[place]}"
        else:
            lost -= set(defines(statement))
    return "\n".join(lines)


def _foreign(statement: ast.stmt) -> bool:
    """Whether it imports what may not be installed here, or must stand at the top of a file."""
    if isinstance(statement, ast.ImportFrom):
        modules = [statement.module or ""]
    else:
        modules = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
    installed = {"keras", "tensorflow", "numpy", *sys.stdlib_module_names} - {"__future__"}
    return any(module.partition(".")[0] not in installed for module in modules)
