"""Sequence models, their shapes, and their training: the package behind the page.

In the order to read it; a file imports only what stands above it. Files marked * import Keras, and only workers do that.

description     the types of what is said of a model, as it is written out
report          likewise of what a check of pasted code says
drawings        likewise of what the drawing of a layer shows
notebook        a notebook's file as one text of Python
glossary        the words that a learner needs, each in one or two sentences
experiment/     what an experiment is: the learning rate that it starts with (learning_rates), the frozen values
                (experiment), what they may be (bounds), and the reading of what comes from outside (parse)
catalog/        what there is to choose from; the package itself walks the first two folders:
  arrows          what a target is made of, drawn as an arrow
  entries         what an architecture and a task are
  registry        `@architecture` and `@task`, where a function signs in
  architectures/  one small file each: the builder is the entry, its docstring the help, its source the export
  tasks/          one small file each: NumPy only
  pasted          pasted code in an architecture's place, and random targets in a task's
  presets         named experiments with a point to see
  examples/       Keras code to open and paste: as written, and fixed
  lessons/        one Markdown file each: steps, what the page shows at each, predictions
  who_can         every architecture on every task that fits, as it was measured (who_can.json, by `make who`)
keras_internals what Keras does not document: attributes of its tensors, layers and weights
keras_source *  likewise what stands in Keras's own source, and must be imported from there
tensors/        tensors with a name and a symbolic size for each axis, and sizes in words
shapes/         what each layer of a model receives and returns, and why; `describe_model` imports Keras
inside/         what one recurrent layer held for one sequence: its equation with the numbers put in, what its units follow
answers         the types of what workers answer about a model
errors/         what an error message of Keras means, and which example shows it; a small file for each family of messages
schema          the JSON schema of all that is written out
snippet/ *      pasted Keras code read without running it: its model, or where its shapes fail and how to fix it;
                in reader/, diagnose/ and repair/, in this order
models/ *       real Keras models: built, with a setting changed, with the numbers that flow through them, looked into, made
                fast to train
quiz            questions made from a model, with the reason behind every choice
training/       an experiment's data, its epochs (`trainer` imports Keras), what they cost, and what is said of the run
runtime/        where runs live: what workers run (jobs/), the database (storage/), processes (cluster/), what is asked of
                them (questions/), and the owner of all runs (engine/); each has a map of its own
export/         what is taken home: an experiment as a script and as settings, and what came of a run
html            an explanation as a table, for notebooks
charts          the charts of a training that has ended, for notebooks, by Plotly
interface       the same for Python programs: `from explorer import Experiment, check, explain, train`
cli, __main__   the same from the command line
ui/             the Streamlit pages, their components, and the stream of live events; `explorer/ui/__init__.py` is its map

A chunk is a pure function, (experiment, state, epochs, budget) -> (state, frames): everything that the engine promises
(pause, step, recovery, the same losses bit for bit) follows from that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.interface import Experiment, WrongExperiment, check, explain, train

__version__ = "0.1.0"
__all__ = ["Experiment", "WrongExperiment", "check", "explain", "train"]


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: whoever imports one room of the package does not wait for the others.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from explorer import interface

    return getattr(interface, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
