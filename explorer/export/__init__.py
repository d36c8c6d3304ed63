"""What is taken home. Here: an experiment as a Python script that stands alone: NumPy, Keras and TensorFlow, nothing of this
project. See `notebook`, `experiment_file` and `history` for the rest.

The architecture's and the task's functions are handed out as they are written, with the module's own helpers and constants
that they need, so that what is read on the page is what runs elsewhere.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlencode

from explorer.catalog import resolve
from explorer.experiment import HELD_OUT_SAMPLES, SETTINGS, Experiment
from explorer.export.pasted import pasted_script
from explorer.export.source import baselines, call, gather, import_order, undecorated

_SCRIPT = '''\
# {title}: {task_title}.
#
# {summary}
# Written by the sequence model explorer, and standing alone: it needs numpy, keras and tensorflow.
# The same experiment on the page: ?{query}
#
# The data are the page's, number for number. The first weights and the order of the batches are Keras's own here, so the
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
print(f"{{model.count_params():,}} parameters in total")

{carried}model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="{loss}"{metrics})
model.fit({fit}, verbose=2)

found = model.evaluate({evaluate}, verbose=0, return_dict=True)
print("validation:", ", ".join(f"{{name}} {{value:.4f}}" for name, value in found.items()))
{decoding}{baselines}'''
_DECODING = """\

# Where there is no target, the decoder is fed its own outputs, one timestep at a time.
source, shifted = held_out[0]
fed, decoded = np.zeros_like(shifted), np.zeros_like(shifted)
fed[:, 0] = shifted[:, 0]
for step in range(timesteps):
    decoded[:, step] = model.predict([source, fed], verbose=0)[:, step].argmax(axis=-1)
    fed[:, step + 1 : step + 2] = decoded[:, step : step + 1]
counts = shifted != 0
print(f"accuracy with the decoder's own outputs: {(decoded == held_out[1])[counts].mean():.4f}")
"""


# What a model needs that carries its state from batch to batch.
_CARRIED = '''\
def in_order(array):
    """Batch after batch the next piece of as many long sequences as a batch has places."""
    groups = array.reshape(-1, batch, {pieces}, *array.shape[1:])
    return groups.swapaxes(1, 2).reshape(array.shape)


class Reset(keras.callbacks.Callback):
    """Sets the state to zero where other long sequences begin."""

    def on_train_batch_begin(self, number, logs=None):
        if number % {pieces} == 0:
            for layer in self.model.layers:
                if getattr(layer, "stateful", False):
                    layer.reset_state()

    on_test_batch_begin = on_train_batch_begin


held_out = tuple(in_order(each) for each in held_out)
'''
_FIT = "inputs, targets, batch_size=batch, epochs=epochs, validation_data=held_out"
_FIT_CARRIED = """
    in_order(inputs), in_order(targets), batch_size=batch, epochs=epochs, validation_data=held_out,
    shuffle=False, callbacks=[Reset()]"""


def script(experiment: Experiment) -> str:
    """The experiment as Python source: data, model, shapes, training, evaluation.

    >>> text = script(Experiment("gru_every_step", "delayed_echo", knobs={"delay": 3}))
    >>> "def gru_every_step(" in text, "def delayed_echo(" in text, "explorer.catalog.registry" in text
    (True, True, False)
    """
    if experiment.pasted is not None:
        return pasted_script(experiment, experiment.pasted)
    parts = parts_of(experiment)
    return _SCRIPT.format(**parts, code="\n\n\n".join([*parts["task_code"], *parts["architecture_code"]]))


def parts_of(experiment: Experiment) -> dict[str, Any]:
    """What a script of an experiment of the catalog is put together from, by name; `task_code` and `architecture_code` are
    lists of functions and constants, each of which stands in one of them."""
    found = resolve(experiment)
    architecture, task = found.architecture, found.task
    imports, code = {"import keras", "import numpy as np"}, list[str]()
    ends = []
    for entry, text in ((task, undecorated(task.function)), (architecture, architecture.code)):
        gather(sys.modules[entry.function.__module__], {entry.name}, {entry.name: text.rstrip()}, imports, code)
        ends.append(len(code))
    knobs = architecture.own_knobs(experiment.knobs) | task.own_knobs(experiment.knobs)
    names = ["timesteps", "features", *(name for name in ("symbols", "units") if architecture.takes(name))]
    carries = architecture.carries
    values = {name: getattr(found.sizes, name) for name in [*names, "outputs"]} | knobs
    settings = {name: getattr(experiment, name) for name in SETTINGS}
    return dict(
        title=architecture.title,
        task_title=task.title,
        summary=task.summary,
        query=urlencode(experiment.to_query()),
        imports="\n".join(sorted(imports, key=import_order)),
        task_code=code[: ends[0]],
        architecture_code=code[ends[0] :],
        settings="\n".join(f"{name} = {value!r}" for name, value in (values | settings).items()),
        task_call=call(task, ["timesteps", "features"], "rng, samples"),
        architecture_call=call(architecture, [*names[:2], "outputs", *names[2:], *(["batch"] if carries else [])]),
        carried=_CARRIED.format(pieces=task.consecutive) if carries else "",
        fit=_FIT_CARRIED if carries else _FIT,
        evaluate="*held_out, batch_size=batch, callbacks=[Reset()]" if carries else "*held_out",
        held_out=HELD_OUT_SAMPLES,
        loss=task.loss,
        metrics="" if task.answer == "number" else ', metrics=["accuracy"]',
        decoding=_DECODING if task.is_forced else "",
        baselines=baselines(experiment),
    )
