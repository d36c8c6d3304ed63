"""Changes that are tried until enough of them fix a problem and leave nothing else wrong."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from explorer.keras_source import named_anew
from explorer.report import NOT_WHOLE
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.diagnosis import old_names, read, wrong_with
from explorer.snippet.diagnose.problems import Candidate, Data, Finding, Fix
from explorer.snippet.reader.edits import Edit, applied
from explorer.snippet.reader.limits import Budget
from explorer.snippet.reader.unknowns import Given
from explorer.snippet.reader.values import Known
from explorer.snippet.repair.chains import Chain
from explorer.snippet.repair.intentions import changes, wants
from explorer.snippet.repair.trials import hindrance

MOST_FIXES = 3
MOST_PROOFS = 24
# Changes of different kinds in one fix, and all of its changes, the same one at several layers counted each time.
MOST_KINDS = 2
MOST_STEPS = 6


class Proofs:
    """Tries changes until enough are proved, or until the time is up.

    given: what the check was told of the data. budget: what may be spent on all of them together. sizes: numbers that the
    code asked for.
    """

    def __init__(self, given: Data, budget: Budget, sizes: Given | None = None) -> None:
        self.given = given
        self.budget = budget
        self.sizes = sizes
        self.left = MOST_PROOFS
        self._known: dict[tuple[str, Data], tuple[Case, Finding | None]] = {}

    def fixes(self, case: Case, finding: Finding) -> list[Fix]:
        """The changes that fix a finding and leave nothing else wrong, at most `MOST_FIXES`.

        Two changes together are tried only where no single one fixes it.
        """
        start = Chain(case.source.code, case.data, case.data)
        for kinds in range(1, MOST_KINDS + 1):
            found: list[Fix] = []
            ends: list[tuple[Chain, Case]] = []
            for candidate in finding.candidates:
                if len(found) >= MOST_FIXES or self._spent:
                    break
                whole = self._whole(case, start, candidate, kinds, self.given)
                if whole is None:
                    continue
                chain, end = whole
                if (chain.code, chain.data) == (case.source.code, case.data):
                    continue
                end = next(
                    held for (text, _), (held, _) in self._known.items() if text == chain.code and held.data == chain.data
                )
                fix = Fix(chain.title, chain.code, chain.data, chain.line, len(chain.kinds), hindrance(end))
                if not any(fix.title == each.title or (fix.code, fix.data) == (each.code, each.data) for each in found):
                    found.append(fix)
                    ends.append((chain, end))
            if found:
                return [
                    replace(fix, intention=want, shapes=changes(case, end))
                    for fix, want, (_, end) in zip(found, wants(case, ends), ends, strict=True)
                ]
        return []

    @property
    def _spent(self) -> bool:
        # What was trusted and not traced is no proof.
        return self.left <= 0 or self.budget.over or self.budget.trusted

    def _whole(self, case: Case, before: Chain, candidate: Candidate, kinds: int, given: Data) -> tuple[Chain, Case] | None:
        """The chain with a change more and all that it takes after it, of so many kinds at most, and the code at its end;
        None where none holds.

        given: what is told of the data beside the code that stands before the change.
        """
        written = _written_out(case, candidate) if candidate.line and self.given.x is None else None
        for each in (written, candidate):
            if each is None:
                continue
            told = each.data or given
            tried = self._tried(case, each, told)
            if tried is None:
                continue
            changed, rest = tried
            chain = before.then(each, changed.source.code, changed.data)
            if chain is None or len(chain.kinds) > kinds:
                continue
            if rest is None:
                return chain, changed
            if len(chain.steps) >= MOST_STEPS or rest.kind in NOT_WHOLE:
                continue
            # What was hidden behind the first mistake is fixed with it.
            for more in rest.candidates:
                if self._spent:
                    break
                if len(chain.kinds) == kinds and more.title not in chain.kinds and not _may_replace(chain):
                    continue
                if (found := self._whole(changed, chain, more, kinds, told)) is not None:
                    return found
        return None

    def _tried(self, case: Case, candidate: Candidate, data: Data) -> tuple[Case, Finding | None] | None:
        """The changed code, and what is still wrong with it; None where the change is none, or proves nothing."""
        try:
            code = applied(case.source.code, candidate.edits)
        except ValueError:
            return None
        if code == case.source.code and data in (case.data, self.given):
            return None
        if (code, data) not in self._known:
            if self._spent:
                return None
            self.left -= 1
            with named_anew():
                changed, finding = read(code, data, self.budget, self.sizes)
            if changed is None:
                return None
            findings = [*old_names(changed), *([finding] if finding else wrong_with(changed))]
            self._known[code, data] = changed, next(iter(findings), None)
        changed, rest = self._known[code, data]
        # A change after which less of the code is followed proves nothing.
        if self.budget.trusted or _left_out(changed, case) > len(case.reader.skipped):
            return None
        return changed, rest


def _left_out(changed: Case, case: Case) -> int:
    """How many lines of a changed code are not followed, of those that the reading before the change came to."""
    if case.until is None:
        return len(changed.reader.skipped)
    longer = changed.source.code.count("\n") - case.source.code.count("\n")
    return sum(line <= case.until + longer for line in changed.reader.skipped)


def _may_replace(chain: Chain) -> bool:
    """Whether the next change may write anew all that the last one wrote, so that it is none."""
    return len(chain.steps) == 1 and bool(chain.steps[0].texts) and not chain.steps[0].made.rename


def _written_out(case: Case, candidate: Candidate) -> Candidate | None:
    """A change of data as lines of the code, right before the data are used, where the code has them by name."""
    fit = next((node for name, node, _ in (case.model.fits if case.model else []) if name == "fit"), None)
    if fit is None or candidate.line is None or candidate.line.startswith("model."):
        return None
    line = candidate.line
    for place, letter in enumerate("xy"):
        keyword = case.source.keyword(fit, letter)
        given = keyword.value if keyword else fit.args[place] if len(fit.args) > place else None
        if re.search(rf"\b{letter}\b", line):
            if given is None:
                return None
            text = case.source.text(given)
            alone = re.fullmatch(rf"{letter} = ([^;]+)", line)
            if not isinstance(given, (ast.Name, ast.Attribute)):
                # What is given has no name of its own: it is changed where it is given.
                text = text if isinstance(given, (ast.Call, ast.Subscript)) else f"({text})"
                changed = re.sub(rf"\b{letter}\b", text.replace("\\", "\\\\"), alone[1]) if alone else None
                if changed is None or isinstance(given, (ast.List, ast.Tuple, ast.Dict)):
                    return None
                return _importing(case, candidate, line, [case.source.replaced(given, changed)])
            line = re.sub(rf"\b{letter}\b", text.replace("\\", "\\\\"), line)
    lines = line.split("; ")
    indent = case.source.indentation(case.source.statement(fit).lineno)
    return _importing(case, candidate, line, [case.source.before(fit, f"\n{indent}".join(lines))])


def _importing(case: Case, candidate: Candidate, line: str, edits: list[Edit]) -> Candidate:
    """The change of data as these changes of the code, with the import that its line takes."""
    if "np." in line and not isinstance(case.reader.names.get("np"), Known):
        edits.append(case.source.at_the_top("import numpy as np"))
    return replace(candidate, edits=(*candidate.edits, *edits), data=None)
