"""Changes that are tried until enough of them fix a problem and leave nothing else wrong."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from explorer.keras_source import named_anew
from explorer.snippet.diagnose.cases import Case
from explorer.snippet.diagnose.diagnosis import old_names, read, wrong_with
from explorer.snippet.diagnose.problems import Candidate, Data, Finding, Fix
from explorer.snippet.reader.edits import applied
from explorer.snippet.reader.limits import Budget
from explorer.snippet.reader.unknowns import Given
from explorer.snippet.reader.values import Known

MOST_FIXES = 3
MOST_PROOFS = 24
MOST_MENDED = 4


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

    def fixes(self, case: Case, finding: Finding, most: int = MOST_FIXES, depth: int = 0) -> list[Fix]:
        """The changes that fix a finding and leave nothing else wrong."""
        found: list[Fix] = []
        for candidate in finding.candidates:
            if len(found) >= most or self._spent:
                break
            fix = self._prove(case, candidate, depth)
            if fix is not None and (fix.code, fix.data) not in [(each.code, each.data) for each in found]:
                found.append(fix)
        # What takes many changes is offered only where nothing simpler fixes it.
        found.sort(key=lambda fix: fix.steps)
        return [fix for fix in found if fix.steps <= found[0].steps + 1]

    @property
    def _spent(self) -> bool:
        # What was trusted and not traced is no proof.
        return self.left <= 0 or self.budget.over or self.budget.trusted

    def _prove(self, case: Case, candidate: Candidate, depth: int) -> Fix | None:
        written = _written_out(case, candidate) if candidate.line and self.given.x is None else None
        if written is not None and (found := self._tried(case, written, self.given, depth)) is not None:
            return found
        return self._tried(case, candidate, candidate.data or self.given, depth)

    def _tried(self, case: Case, candidate: Candidate, data: Data, depth: int) -> Fix | None:
        if self._spent:
            return None
        try:
            code = applied(case.source.code, candidate.edits)
        except ValueError:
            return None
        if code == case.source.code and data in (case.data, self.given):
            return None
        self.left -= 1
        with named_anew():
            changed, finding = read(code, data, self.budget, self.sizes)
        # A change after which less of the code is followed proves nothing.
        if changed is None or len(changed.reader.skipped) > len(case.reader.skipped):
            return None
        findings = [*old_names(changed), *([finding] if finding else wrong_with(changed))]
        if self.budget.trusted:
            return None
        if not findings:
            return Fix(candidate.title, code, changed.data, candidate.line)
        if depth >= MOST_MENDED or findings[0].kind == "unreadable":
            return None
        # What was hidden behind the first mistake is fixed with it.
        behind = Proofs(data, self.budget, self.sizes)
        behind.left = self.left
        rest = next(iter(behind.fixes(changed, findings[0], 1, depth + 1)), None)
        self.left = behind.left
        if rest is None:
            return None
        line = "; ".join(each for each in (candidate.line, rest.line) if each) or None
        # The same change at several places is told once, and is one.
        if rest.title == candidate.title:
            return Fix(candidate.title, rest.code, rest.data, line, rest.steps)
        title = f"{candidate.title}; {rest.title[0].lower()}{rest.title[1:]}"
        return Fix(title, rest.code, rest.data, line, rest.steps + 1)


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
            if not isinstance(given, ast.Name):
                return None
            line = re.sub(rf"\b{letter}\b", given.id, line)
    lines = line.split("; ")
    indent = case.source.indentation(case.source.statement(fit).lineno)
    edits = [case.source.before(fit, f"\n{indent}".join(lines))]
    if "np." in line and not isinstance(case.reader.names.get("np"), Known):
        edits.append(case.source.at_the_top("import numpy as np"))
    return replace(candidate, edits=(*candidate.edits, *edits), data=None)
