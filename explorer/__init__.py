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
runtime/        where runs live, in this order:
  quiet           TensorFlow's messages kept from the terminal
  worker_environment  TensorFlow with the settings of a worker
  jobs, replay_job, batch_job, walk_job, slow_job, gradient_job, inside_job, model_file_job  what workers run, by name
  server_id       names this server, and tells whether another one still lives
  database_errors what goes wrong with a database, as sentences
  database_url    its address
  database_file   the same where it is a file, without SQLAlchemy
  worker_preload  what a worker imports and opens before its first job
  database        connections, tables brought up to date, a deleted file put back
  records, tables runs and frames as values, and as rows
  room_rules, rooms  people who look at the page together: codes and bounds, and who is there and what they answered
  stored_tensors  what is kept of a run to show the net at any epoch: tensors, and states to train on from
  descriptions    descriptions of models, kept for the next start
  measurements    what was measured for the table “Who can?” beside what ships with it
  store           runs and frames in SQL, and which server trains which run
  retention       which runs are deleted, and when
  quotas          how much one visitor may have going, and how much all together
  encryption      the key that a cluster's processes know each other by
  dask_internals  what Dask does not document: attributes of its nannies, futures and schedulers
  cluster_settings  how many workers there are, and where, without Dask
  nodes           Dask's scheduler and worker, without the ports that are not needed
  embedded        the cluster that runs in this process and its children
  health          what workers use, and how long nobody has heard of them
  futures         what comes back from workers
  remote          somebody else's scheduler
  cluster         the processes that chunks run in: embedded or remote
  replayed        what a replay gives to whoever asked
  replays         the tensors of a run at any epoch, stored or trained again, the batches of an epoch, and what its recurrent
                  layers compute at every timestep
  slow_motions    one batch of a run in four phases
  gradients       the gradient through time of a run, beside the same with other cells; the norms of its layers' gradients
  queries         shapes, comparisons and checks, asked of workers and kept
  model_files     trained models as files of Keras
  trials          fixes of pasted code, tried while they are read
  measuring       measures what the table “Who can?” lacks, while nobody asks
  describe_catalog  describes what pages open with, at the set-up or while nobody asks
  event_loop      the one thread that owns the state of runs
  store_writer    writes to the database in order, and tries again while it cannot be used
  subscribers     who watches which run
  snapshot        what pages read, without waiting for anything
  scheduler       which run's chunk goes to which worker next
  runs, run_commands  the runs in hand, and what an owner can have done with them
  worker_pool     who is up, full or silent, and who is replaced
  cluster_monitor starts the cluster, looks at it, and ends it
  chunks          sends chunks, and takes over what comes back
  precompiler     compiles ahead what pages rest on
  views           makes the snapshot
  engine, engine_core  all of it together: train, pause, step, stop, and how a run stands
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
