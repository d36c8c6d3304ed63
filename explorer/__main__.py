"""The same from the command line: `python -m explorer list|shapes|explain|check|quiz|twins|train|export|bench`."""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from explorer import limits
from explorer.catalog import ARCHITECTURES, TASKS, read_experiment, resolve
from explorer.description import Description
from explorer.explanation import explained, named, told, told_layer
from explorer.parting import in_words, parting, tell
from explorer.quiz import play
from explorer.runtime import jobs
from explorer.spec import LIMITS, Experiment, spell

_KNOBS = {name: knob for entry in (*TASKS.values(), *ARCHITECTURES.values()) for name, knob in entry.knobs.items()}
_CHUNK_SECONDS = 0.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, 1 for a run that failed, or 2 for a request that cannot be granted."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has gone (`| head`): there is nobody left to tell.
        sys.stdout = None
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m explorer", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    listing = commands.add_parser("list", help="what there is: architectures, tasks, and which fit")
    listing.set_defaults(command=_list)

    shapes = commands.add_parser("shapes", help="what every layer receives and returns")
    _add_experiment(shapes)
    shapes.set_defaults(command=_shapes)

    explain = commands.add_parser("explain", help="what every layer does to the axes, and why")
    _add_experiment(explain)
    explain.add_argument("--layer", metavar="NAME", help="this layer alone")
    explain.set_defaults(command=_explain)

    check = commands.add_parser("check", help="your own Keras code: its shapes, or where they break and how to mend it")
    check.add_argument("file", metavar="FILE", help="the code, which is read and never run; - is standard input")
    check.add_argument("--x", action="append", metavar="8,20,5", help="the shape of an input, batch first; again for each")
    check.add_argument("--y", metavar="8,1", help="the shape of the target, batch first")
    check.add_argument("--loss", metavar="LOSS", help="mse, binary_crossentropy ...")
    check.add_argument("--batch", metavar="N", help="the batch size that fit is given")
    check.set_defaults(command=_check)

    quiz = commands.add_parser("quiz", help="questions about a model, with the reason behind every choice")
    _add_experiment(quiz)
    # The experiment's own seed draws the model's weights, which no question is about.
    quiz.add_argument("--questions", metavar="N", default="10", help="how many; 10 unless given")
    quiz.set_defaults(command=_quiz)

    twins = commands.add_parser("twins", help="a setting beside its other value: where the two chains part, and why")
    _add_experiment(twins)
    twins.add_argument("--layer", metavar="NAME", help="whose setting; without it, everything that could be otherwise")
    twins.add_argument("--setting", metavar="SETTING", help="return_sequences, merge_mode, kind ...")
    twins.add_argument("--value", metavar="VALUE", help="the other value; the first there is unless given")
    twins.set_defaults(command=_twins)

    train = commands.add_parser("train", help="train here, with a progress bar")
    _add_experiment(train)
    train.set_defaults(command=_train)

    export = commands.add_parser("export", help="the experiment as a Python script that stands alone")
    _add_experiment(export)
    export.add_argument("--output", metavar="FILE", help="write it there, not to the screen")
    export.set_defaults(command=_export)

    bench = commands.add_parser("bench", help="measure training and the page here, and write docs/performance.md")
    bench.add_argument("--quick", action="store_true", help="fewer repeats and sizes, and nothing is written")
    bench.set_defaults(command=_bench)

    for command in (listing, shapes, explain, check, twins, train, bench):
        command.add_argument("--json", action="store_true", help="print figures as JSON")
    return parser


def _add_experiment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("architecture", metavar="ARCHITECTURE", help="a name that `list` shows")
    parser.add_argument("--task", help="a task that fits; the first that does unless given")
    for name, limit in LIMITS.items():
        parser.add_argument(_option(name), dest=name, metavar=name.upper(), help=limit.help)
    for name, knob in _KNOBS.items():
        parser.add_argument(_option(name), dest=name, metavar=name.upper(), help=knob.help)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _experiment(options: argparse.Namespace) -> Experiment:
    """The experiment that the options ask for. Raises ValueError with a sentence for each that cannot be taken."""
    names = ("architecture", "task", *LIMITS, *_KNOBS)
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if given["architecture"] not in ARCHITECTURES:
        raise ValueError(
            f"There is no architecture called “{given['architecture']}”. There are: {', '.join(ARCHITECTURES)}."
        )
    reading = read_experiment(given)
    sentences = [
        problem.sentence.replace(" Took ", " The nearest is ").replace(" instead.", ".") for problem in reading.problems
    ]
    taken = {"architecture", "task", *LIMITS, *reading.experiment.knobs}
    sentences += [
        f"{_option(name)} is no setting of {given['architecture']} on {reading.experiment.task}."
        for name in given
        if name not in taken
    ]
    if sentences:
        raise ValueError("\n".join(sentences))
    return reading.experiment


def _list(options: argparse.Namespace) -> int:
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
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    for kind, entries in found.items():
        print(kind)
        for entry in entries:
            knobs = "".join(f", {_option(name)} {spell(value)}" for name, value in entry["knobs"].items())
            print(f"  {entry['name']:<22} {entry['title']} (answers {entry['answers']}{knobs})")
            print(f"  {'':<22} fits {', '.join(entry.get('tasks') or entry['architectures'])}")
        print()
    return 0


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "answers": entry.answers,
        "says": entry.summary,
        "knobs": {name: knob.default for name, knob in entry.knobs.items()},
    }


def _shapes(options: argparse.Namespace) -> int:
    description = jobs.describe(_experiment(options).to_dict())["description"]
    if options.json:
        print(json.dumps({name: description[name] for name in ("inputs", "output", "layers", "params")}))
    else:
        _print_chain(description)
    return 0


def _print_chain(description: Mapping[str, Any]) -> None:
    for source in description["sources"]:
        print(f"{source['name']:<14} {'':<24} {in_words(source['axes'], source['shape'])}")
    for layer in description["layers"]:
        outputs = "; ".join(map(in_words, layer["axes_out"], layer["output"]))
        print(f"{layer['name']:<14} {layer['type']:<24} {outputs}  {layer['params']:,} parameters")
        print(f"{'':<14} {layer['says']}")
    print(f"{'in all':<39} {description['params']:,} parameters")


def _check(options: argparse.Namespace) -> int:
    """Returns 1 where something is wrong with the code."""
    code = _code(options.file)
    x = None if options.x is None else [_shape("--x", text) for text in options.x]
    y = None if options.y is None else _shape("--y", options.y)
    (batch,) = (None,) if options.batch is None else _shape("--batch", options.batch, 1)
    report = jobs.check(code, x, y, options.loss, batch)
    if options.json:
        print(json.dumps(report))
    else:
        _print_report(code, report)
    return 1 if report["problems"] else 0


def _code(file: str) -> str:
    from pathlib import Path

    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise ValueError(f"The file “{file}” cannot be read: {reason}.") from error


def _shape(option: str, text: str, axes: int | None = None) -> tuple[int, ...]:
    """A shape as it is written in an option: "8,20,5". Raises ValueError with a sentence for anything else."""
    parts = [part.strip() for part in text.strip("() ").removesuffix(",").split(",")]
    whole = all(part.isascii() and part.isdigit() and len(part) < 10 and int(part) for part in parts)
    if not whole or len(parts) != (axes or len(parts)):
        wanted = "a whole number from 1 on" if axes == 1 else "whole numbers from 1 on with commas between, as in 8,20,5"
        raise ValueError(f"{option} must be {wanted}. Received: “{text}”.")
    return tuple(map(int, parts))


def _print_report(code: str, report: Mapping[str, Any]) -> None:
    if report["description"]:
        _print_chain(report["description"])
    for layer in report["layers"]:
        if layer.get("broken"):
            inputs = "; ".join(f"({', '.join(map(str, shape))})" for shape in layer["input"])
            print(f"{layer['name']:<14} {layer['type']:<24} breaks on {inputs}")
    for problem in report["problems"]:
        line = f", line {problem['line']}" if problem["line"] else ""
        print(f"\n{problem['kind']}{line}: {problem['message']}")
        says = problem["keras_says"] or ("nothing: it trains, and is wrong" if problem["silent"] else "")
        if says:
            print(f"Keras says: {says}")
        for fix in problem["fixes"]:
            print(f"\n{fix['title']}")
            if fix["data"]:
                print(f"data: {fix['data']}")
            before, after = code.splitlines(), fix["code"].splitlines()
            print("\n".join(difflib.unified_diff(before, after, "as written", "mended", lineterm="")))
    for hint in report["hints"]:
        print(f"\n{hint}")
    if report["holds"]:
        print("\nThe code holds.")


def _explain(options: argparse.Namespace) -> int:
    found = jobs.describe(_experiment(options).to_dict())
    looks = found["looks"]
    description = Description.read(found["description"])
    if options.layer is not None:
        description = replace(description, layers=(named(description, options.layer),))
    if options.json:
        print(json.dumps(explained(description).to_dict()))
    elif options.layer is not None:
        print(told_layer(description.layers[0], looks))
    else:
        print(told(description, looks))
    return 0


def _quiz(options: argparse.Namespace) -> int:
    if not options.questions.isdecimal() or not int(options.questions):
        raise ValueError(f"--questions must be a whole number from 1 on. Received: “{options.questions}”.")
    experiment = _experiment(options)
    description = jobs.describe(experiment.to_dict())["description"]
    play(Description.read(description), experiment.seed, int(options.questions))
    return 0


def _twins(options: argparse.Namespace) -> int:
    experiment = _experiment(options).to_dict()
    found = jobs.describe(experiment)
    if options.layer is None or options.setting is None:
        offered = found["twins"]
        lines = [
            f"--layer {each['layer']} --setting {each['setting']}: {each['value']} → {' / '.join(map(str, each['others']))}"
            for each in offered
        ]
        print(json.dumps(offered) if options.json else "\n".join(lines) or "Nothing in this model could be otherwise.")
        return 0
    other = jobs.twin(experiment, options.layer, options.setting, options.value)
    here = Description.read(found["description"])
    there = Description.read(other["description"]) if other["description"] else None
    if options.json:
        parts = parting(here, there, other["broken"], other["changed"])
        print(json.dumps({"changed": other["changed"], "broken": other["broken"], **parts}))
    else:
        print(tell(here, there, other["broken"], other["changed"]))
    return 0


def _train(options: argparse.Namespace) -> int:
    import psutil

    experiment = _experiment(options)
    values = experiment.to_dict()
    description = jobs.describe(values)["description"]
    refusal = limits.refusal(experiment, Description.read(description), psutil.virtual_memory().available)
    if refusal:
        raise ValueError(refusal)
    from keras.utils import Progbar

    names = ["loss", "val_loss", "accuracy", "val_accuracy"]
    bar = None if options.json else Progbar(experiment.epochs, stateful_metrics=names, unit_name="epoch")
    state, epoch = None, 0
    while epoch < experiment.epochs:
        state, frames, _ = jobs.chunk(values, state, experiment.epochs, _CHUNK_SECONDS)
        for frame in frames:
            figures = {name: getattr(frame, name) for name in names if getattr(frame, name) is not None}
            if not frame.finite:
                print(f"The loss was no longer a finite number in epoch {frame.epoch}.", file=sys.stderr)
                return 1
            if bar is None:
                print(json.dumps({"epoch": frame.epoch, **figures}), flush=True)
            else:
                bar.update(frame.epoch, values=list(figures.items()))
        epoch = frames[-1].epoch
    if bar is not None:
        for name, value in resolve(experiment).floors.items():
            print(f"floor “{name}”: {value:.4g}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from pathlib import Path

    from explorer.export import script

    text = script(_experiment(options))
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
        print(f"Wrote {options.output}.")
    else:
        print(text, end="")
    return 0


def _bench(options: argparse.Namespace) -> int:
    try:
        from bench.run import main as bench
    except ModuleNotFoundError as error:
        raise ValueError(
            f"The bench needs requirements-dev.txt and the project's folder (missing: {error.name}): run make bench."
        ) from error
    bench(options.json, options.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
