"""What holds of a check of any text whatever."""

from __future__ import annotations

import ast
import json
from typing import Any

import keras
from keras.src.backend.common import global_state

from explorer.report import TITLES
from explorer.snippet import check
from explorer.snippet.reader.pasted_text import as_python
from tests.fuzz.watch import watched

LONGEST_SENTENCE = 1500


# What Keras sets to its usual value when it is first asked for.
_LAZY = ("tracking_on", "custom_objects_scope_dict", "name_scope_stack")


def _settings() -> dict[str, Any]:
    """What Keras keeps for this process and thread, as text where it is no plain value."""
    kept = {name: repr(value) for name, value in vars(global_state.GLOBAL_STATE_TRACKER).items() if value is not None}
    plain = {"policy": keras.config.dtype_policy().name, "floatx": keras.config.floatx()}
    return {name: value for name, value in kept.items() if name not in _LAZY} | plain


def _is_python(code: str) -> bool:
    try:
        ast.parse(as_python(code))
    except SyntaxError:
        return False
    return True


def keep(code: str, **data: Any) -> dict[str, Any]:
    """Check a code, and fail with an AssertionError where one of the promises is broken; the report."""
    keras.config.dtype_policy()
    before = _settings()
    with watched() as seen:
        report = check(code, **data).to_dict()
    assert not seen, f"It was run: {seen}"
    after = _settings()
    assert after == before, {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}
    json.dumps(report, allow_nan=False)
    lines = code.count("\n") + code.count("\r") + 1
    for problem in report["problems"]:
        assert problem["kind"] in TITLES, problem
        assert 10 < len(problem["message"]) < LONGEST_SENTENCE and problem["message"][-1] in ".!?", problem["message"]
        assert not problem["message"][0].islower(), problem["message"]
        # The net under everything else is there to catch nothing.
        assert "does not expect" not in problem["message"], code
        assert "_AsKeras" not in str(problem["keras_says"]), problem["keras_says"]
        assert problem["line"] is None or 1 <= problem["line"] <= lines, problem
        place, many = problem["layer"], len(report["layers"])
        assert place is None or 0 <= place < many, f"Layer {place} of {many}: {problem}"
        for fix in problem["fixes"]:
            # A code may have more than one line that is no Python, and a fix for each.
            assert _is_python(fix["code"]) or not _is_python(code), fix
            assert fix["title"], fix
    assert report["holds"] is (not report["problems"] and report["params"] is not None)
    assert not any(each.get("broken") for each in report["layers"][:-1]), report["layers"]
    return report
