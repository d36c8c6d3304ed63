"""Which parts of a code make a model, as far as its names say so: asked before one of two branches is read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from explorer.snippet.reader.names import LAYERS, MERGES

_MODULES = ("keras", "tensorflow.keras", "tensorflow.python.keras", "tf_keras", "keras_core")
_MAKES = {"Sequential", "Model", "Input", "Functional", "Lambda", "clone_model"} | LAYERS | set(MERGES)
# Methods that change what they belong to.
_CHANGING = frozenset(
    (
        *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert"),
        *("intersection_update", "pop", "popitem", "popleft", "remove", "setdefault", "subtract"),
        *("symmetric_difference_update", "update"),
    )
)
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Makers:
    """Looks through a syntax tree once. defined: names of functions and classes of the code that make layers or models."""

    def __init__(self, tree: ast.Module) -> None:
        self._paths: dict[str, str] = {}
        every = False
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._paths[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    every = every or (alias.name == "*" and node.module.startswith(_MODULES))
                    self._paths[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self.imports_keras = any(path.startswith((*_MODULES, "tensorflow")) for path in self._paths.values())
        self._every = every or not self.imports_keras
        self.defined: set[str] = set()
        nodes = [node for node in ast.walk(tree) if isinstance(node, _DEFINED)]
        called = [(node, self._calls(node)) for node in nodes]
        self.callers = {node.name: {name for name, _ in calls} for node, calls in called}
        grown = True
        while grown:
            grown = False
            for node, calls in called:
                if node.name not in self.defined and any(direct or name in self.defined for name, direct in calls):
                    self.defined.add(node.name)
                    grown = True
        for node in nodes:
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith(("Model", "Layer")) for base in node.bases):
                self.defined.add(node.name)

    def makes(self, nodes: Iterable[ast.AST]) -> bool:
        """Whether these statements or expressions make layers or models, call them, or call what does."""
        return any(direct or name in self.defined for node in nodes for name, direct in self._calls(node))

    def fits(self, nodes: Iterable[ast.AST]) -> bool:
        return any(name in ("fit", "fit_generator", "search") for node in nodes for name, _ in self._calls(node))

    def _calls(self, node: ast.AST) -> list[tuple[str, bool]]:
        found = []
        for each in ast.walk(node):
            if not isinstance(each, ast.Call):
                continue
            path = _dotted(each.func)
            last = path.rpartition(".")[2] if path else getattr(each.func, "attr", "")
            root = path.partition(".")[0]
            known = self._paths.get(root, "")
            if root in self._paths:
                full = known + path[len(root) :]
                direct = full.startswith(_MODULES) and full.rpartition(".")[2] in _MAKES
                direct = direct or (full.startswith(("tensorflow", "tf.keras")) and ".keras." in full and last in _MAKES)
            else:
                direct = (self._every and last in _MAKES and path == last) or (
                    root in ("tf", "keras", "layers") and last in _MAKES
                )
            found.append((last, direct))
        return found


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch ends where it stands: it raises, returns, goes on with the loop, or ends the program."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return _dotted(last.value.func) in ("exit", "quit", "sys.exit", "os._exit")
    return isinstance(last, (ast.Raise, ast.Return, ast.Continue, ast.Break))


def bound_names(node: ast.AST) -> set[str]:
    """The names that a statement binds, those of functions within it left out."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, _DEFINED):
            found.add(each.name)
            continue
        if isinstance(each, ast.Lambda):
            continue
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        if isinstance(each, ast.alias):
            found.add(each.asname or each.name.partition(".")[0])
        waiting += ast.iter_child_nodes(each)
    return found


def counters(body: Sequence[ast.AST]) -> set[str]:
    """The names that statements count up or down."""
    found = {
        each.target.id
        for node in body
        for each in ast.walk(node)
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)
    }
    for node in body:
        for each in ast.walk(node):
            if isinstance(each, ast.Assign) and len(each.targets) == 1 and isinstance(each.targets[0], ast.Name):
                name = each.targets[0].id
                if isinstance(each.value, ast.BinOp) and any(
                    isinstance(part, ast.Name) and part.id == name for part in ast.walk(each.value)
                ):
                    found.add(name)
    return found


def touched(body: Sequence[ast.AST]) -> list[ast.expr]:
    """What statements add to or take from: lists, sets and dictionaries, by the names and attributes that hold them."""
    found: list[ast.expr] = []
    for each in (each for node in body for each in ast.walk(node)):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _CHANGING:
            found.append(each.func.value)
        elif isinstance(each, ast.AugAssign):
            found.append(each.target)
        elif isinstance(each, ast.Subscript) and not isinstance(each.ctx, ast.Load):
            found.append(each.value)
    return found


def waits(body: Sequence[ast.AST]) -> bool:
    """Whether a statement is for the time when something is so long as a test asks."""
    tests = [each.test for node in body for each in ast.walk(node) if isinstance(each, ast.If)]
    called = [each.func for test in tests for each in ast.walk(test) if isinstance(each, ast.Call)]
    return any(isinstance(each, ast.Name) and each.id == "len" for each in called)


def yields(node: ast.AST) -> bool:
    """Whether a function is a generator."""
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        each = waiting.pop()
        if isinstance(each, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(each, (*_DEFINED, ast.Lambda)):
            waiting += ast.iter_child_nodes(each)
    return False


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
        return ".".join(reversed(parts))
    return ""
