"""From code to a report, or to a model."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from explorer.keras_internals import layer_and_sublayers
from explorer.keras_source import named_anew
from explorer.report import NOT_WHOLE, Trial
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.diagnosis import old_names, ragged_arrays, read, settled, wrong_with
from explorer.snippet.diagnose.problems import Data, Finding, Fix, Problem, Report
from explorer.snippet.diagnose.stopped import asked_for, broken_lines
from explorer.snippet.diagnose.training_data import batch_of, loss_of, shapes_of, target_of
from explorer.snippet.reader.edits import Source, applied
from explorer.snippet.reader.library.followed import Followed
from explorer.snippet.reader.limits import SECONDS_FOR_A_READER, SECONDS_OF_PROOFS, SECONDS_OF_TRIALS, Budget
from explorer.snippet.reader.unknowns import Given, sizes_of
from explorer.snippet.reader.values import LayerValue, Unreadable
from explorer.snippet.repair.proofs import Proofs
from explorer.snippet.repair.real_models import real
from explorer.snippet.repair.trials import tried
from explorer.snippet.report_layers import shown
from explorer.snippet.stateless_scope import stateless_scope

MOST_PROBLEMS = 3
_LOG = logging.getLogger(__name__)


def check(
    code: str,
    x: Sequence[Sequence[int]] | Sequence[int] | None = None,
    y: Sequence[int] | Sequence[Sequence[int]] | None = None,
    loss: str | None = None,
    batch_size: int | None = None,
    sizes: Given | None = None,
    model: str | None = None,
    trials: bool = False,
) -> Report:
    """Read Keras code without running it, and say what its shapes are, what is wrong with them, and how to fix it.

    x: the shape of every input, (batch, timesteps, features) or what the model takes; y: of the target, (batch, timesteps,
    outputs) or (batch, outputs), or of several a list, one for each output. batch_size: how many samples `fit` takes at a
    time. What is not given is taken from the code where it is found there. loss: its name as Keras spells it, for code
    without a `compile` that names one. sizes: numbers that a report on this code asked for (`Report.asked`), by their names.
    model: of several that the code makes the one to look at, by its name in `Report.models`; without it, the one that is
    fitted.

    trials: whether each fix is tried too: its model, with weights, takes a step of the code's own `fit` on made data, which
    takes a tenth of a second to a second; fixes that Keras does not take are left out. Without it their shapes are proved.

    Raises nothing for any code: one that cannot be read has one problem of the kind "unreadable". Raises ValueError for an
    x or y that is no shape, a loss that is no name, a batch_size or a size that is no number, and TypeError for code that is
    no text.

    >>> check("import keras\\nmodel = keras.Sequential([keras.Input((20, n)), keras.layers.GRU(32)])").asked[0].name
    'n'
    >>> report = check('''
    ... import keras
    ... from keras import layers
    ... model = keras.Sequential([keras.Input((20, 5)), layers.GRU(32), layers.GRU(16), layers.Dense(1)])
    ... ''', x=[(8, 20, 5)], y=(8, 1), loss="mse")
    >>> report.problems[0].kind, report.problems[0].fixes[0].title
    ('time_axis_missing', 'return_sequences=True in gru')
    """
    if not isinstance(code, str):
        raise TypeError(f"Code is text. Received: {type(code).__name__}")
    given = Data(shapes_of(x), target_of(y), loss_of(loss), batch_of(batch_size), model)
    numbers = sizes_of(sizes)
    with stateless_scope():
        report = _report(code, given, numbers)
    return _tried(report, numbers) if trials else report


def model_of(code: str, x: Sequence[Sequence[int]] | None = None, sizes: Given | None = None) -> keras.Model:
    """The Keras model that a readable code defines; its layers are Keras's own, named as in a fresh process.

    x: the shape of every input, batch included, of which sizes are taken that the code leaves open; the batch stays as the
    code has it, mostly open. sizes: numbers that it asks for.

    Raises Unreadable (a ValueError) with a sentence where there is none, or where it keeps its memory from batch to batch.
    """
    with named_anew():
        return _model(code, x, sizes_of(sizes))


def _model(code: str, x: Sequence[Sequence[int]] | None, sizes: Given) -> keras.Model:
    case, finding = read(code, Data(shapes_of(x)), Budget(), sizes)
    if case is not None and case.source.broken:
        finding = broken_lines(case)[0]
    if finding is None and case is not None:
        finding = settled(case)
    if finding is not None or case is None:
        raise Unreadable(finding.message, finding.line) if finding else Unreadable("There is nothing to read.")
    if any(isinstance(each.layer, LayerValue) and each.layer.core.stateful for each in case.reader.calls):
        raise Unreadable(
            "A stateful model continues from batch to batch, which cannot be trained here. Remove stateful=True."
        )
    if any(isinstance(part, np.ndarray) for each in case.called() for part in (*each.arguments, *each.keywords.values())):
        raise Unreadable(
            "This model uses an array of the code, of which only the shape is known here: it is drawn, not trained."
        )
    held = [each.layer.layer for each in case.reader.calls if isinstance(each.layer, LayerValue)]
    if any(isinstance(each, Followed) for layer in held for each in layer_and_sublayers(layer)):
        raise Unreadable(
            "This model has a layer that is not of Keras: it is drawn, but not trained, as pasted code is never run."
        )
    return real(case)


def _report(code: str, given: Data, sizes: Given) -> Report:
    try:
        case, finding = read(code, given, Budget(), sizes)
        if case is None:
            return Report(problems=(_plain(finding),) if finding else (), data=given)
        return _report_of(case, finding, given)
    except RecursionError:
        nested = Finding("unreadable", "The code is nested too deeply to be read. Use less nesting.")
        return Report(problems=(_plain(nested),), data=given)
    except Exception:
        # A stranger's code may do what no rule foresaw: who pasted it gets a sentence, and the log what happened.
        _LOG.exception("a code could not be checked")
        sentence = "This code cannot be checked: it does something that this program does not expect. Try only the model."
        return Report(problems=(_plain(Finding("unreadable", sentence)),), data=given)


def _report_of(case: Case, finding: Finding | None, given: Data) -> Report:
    findings = [*old_names(case), *([finding] if finding else wrong_with(case))]
    if finding is not None and finding.kind not in NOT_WHOLE and (uneven := ragged_arrays(case)) is not None:
        # NumPy stops at it before Keras is asked for anything.
        findings.insert(0, uneven)
    if case.asked:
        # Of what was worked out with numbers in the place of those that are missing, nothing is told.
        findings = [asked_for(case.reader)]
    proofs = Proofs(given, Budget(SECONDS_OF_PROOFS), dict(case.reader.given))
    problems = _syntax(case, findings) if case.source.broken else []
    problems += [_problem(case, each, proofs) for each in findings[: MOST_PROBLEMS - len(problems)]]
    return shown(case, findings, problems)


def _syntax(case: Case, findings: list[Finding]) -> list[Problem]:
    """The problems of lines that are no Python; of the findings only those stay that say more."""
    broken = broken_lines(case)
    told = {line for each in case.source.broken for line in range(each.first, each.last + 1)}
    seen = bool(case.reader.models or case.reader.calls)
    findings[:] = [each for each in findings if seen and (each.kind not in NOT_WHOLE or each.line not in told)]
    most = MOST_PROBLEMS - 1 if findings else MOST_PROBLEMS if seen else 1
    return [_mended(case, each) for each in broken[:most]]


def _mended(case: Case, finding: Finding) -> Problem:
    """A line that is no Python, with the change after which it is; the rest of the code is read as if that was done."""
    fixes = []
    for each in finding.candidates:
        code = applied(case.source.code, each.edits)
        if len(Source(code).broken) < len(case.source.broken):
            fixes.append(Fix(each.title, code, case.data, hindrance="only how the line is written changes"))
    return replace(_plain(finding), fixes=tuple(fixes))


def _tried(report: Report, sizes: Given) -> Report:
    """The report with the fixes that Keras really takes; of what is too large or was not tried, it is said."""
    if not any(problem.fixes for problem in report.problems):
        return report
    budget, problems = Budget(SECONDS_OF_TRIALS), []
    for problem in report.problems:
        kept = []
        for fix in problem.fixes:
            trial = None if fix.hindrance else tried(fix.code, fix.data, sizes, budget)
            if trial is None:
                kept.append(fix)
            elif trial.ran is not False:
                kept.append(replace(fix, ran=trial.ran is True, tried=trial.sentence))
        problems.append(replace(problem, fixes=tuple(kept)))
    return replace(report, problems=tuple(problems))


def try_fixes(fixes: Sequence[Mapping[str, Any]], sizes: Given | None = None, model: str | None = None) -> list[Trial]:
    """Try fixes as a report has them (`Fix`), each by a step of the code's own `fit`, for `SECONDS_FOR_A_READER` in all."""
    budget = Budget(SECONDS_FOR_A_READER)
    found = []
    for fix in fixes:
        data = Data(shapes_of(fix["x"]), target_of(fix["y"]), _loss_of(fix["loss"]), fix["batch_size"], model)
        found.append(tried(fix["code"], data, sizes_of(sizes), budget))
    return found


def _loss_of(given: Any) -> Any:
    """A loss as it was written out: a name, or one for each output."""
    return tuple(given) if isinstance(given, list) else given


def _plain(finding: Finding) -> Problem:
    return Problem(finding.kind, None, None, finding.line, finding.message, finding.keras_says, finding.silent)


def _problem(case: Case, finding: Finding, proofs: Proofs) -> Problem:
    fixes = proofs.fixes(case, finding)
    call = finding.call
    index = case.index(call)
    name = None if call is None or isinstance(call.layer, str) else call.name
    return Problem(
        finding.kind, index, name, finding.line, finding.message, finding.keras_says, finding.silent, tuple(fixes)
    )
