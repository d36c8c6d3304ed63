"""The page's own JavaScript: its ES modules, put together into one file for each component when the server starts.

Forty small files are forty requests: where an answer takes 20 ms, the first shapes are painted after 1.49 s with them and
after 1.36 s with one file (medians of 20). So each module becomes a function that is called once and returns what the module
exports. That is enough for modules that import and export names and not each other; others are refused with a sentence.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from pathlib import Path

from explorer.ui.front_end.assets import ASSETS

COMPONENTS = (
    *("chain.js", "live.js", "code.js", "editor.js", "inside.js", "listing.js", "page.js"),
    *("lessons.js", "present.js", "room.js", "tally.js", "who.js"),
)
_IMPORT = re.compile(r'^import \{\s*(\w+(?:,\s*\w+)*),?\s*\} from "(\.[\w./]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const) (\w+)", re.MULTILINE)
# Lines of comments, a third of all, which a browser need not be sent.
_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
_OTHERWISE = re.compile(r"^(?:import|export)\b(?! default function \().*", re.MULTILINE)


def bundle(entry: str, folder: Path = ASSETS) -> str:
    """A module and all that it imports as one module. entry: its path below the folder.

    Raises ValueError for modules that import each other, and for an import or export that is written otherwise.
    """
    written: dict[str, str] = {}
    _write(entry, folder, written, ())
    return "\n".join(written.values())


def _write(name: str, folder: Path, written: dict[str, str], waiting: tuple[str, ...]) -> None:
    if name in written:
        return
    if name in waiting:
        raise ValueError(f"Modules must not import each other, but these do: {' > '.join((*waiting, name))}.")
    text = _COMMENT.sub("", (folder / name).read_text(encoding="utf-8"))
    lines = []
    for names, path in _IMPORT.findall(text):
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        _write(other, folder, written, (*waiting, name))
        lines.append(f"const {{ {names} }} = {_constant(other)};")
    exported = [each for _, each in _EXPORT.findall(text)]
    code = "\n".join([*lines, _EXPORT.sub(r"\1 \2", _IMPORT.sub("", text))])
    if odd := _OTHERWISE.search(code):
        raise ValueError(f"{name} must import names in braces, and export functions and constants, but has “{odd[0]}”.")
    if waiting:
        code = f"const {_constant(name)} = (() => {{\n{code}\nreturn {{ {', '.join(exported)} }};\n}})();"
    written[name] = code


def _constant(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _path(name: str, code: str) -> str:
    """Where a bundle is served: another one is elsewhere, so that a browser may keep it for good."""
    return f"/assets/{hashlib.sha256(code.encode()).hexdigest()[:16]}/{name}"


_BUNDLES = {name: bundle(name) for name in COMPONENTS}
# By the path in the address.
MODULES = {_path(name, code): code.encode() for name, code in _BUNDLES.items()}


def component(name: str) -> str:
    """The code that Streamlit hands to the browser for a component: where its module is.

    Streamlit makes a blob of it, and an address within a blob must be whole.
    """
    path = _path(name, _BUNDLES[name])
    # In two lines: a single one Streamlit would take for the path of a file.
    return f"const module = await import(window.location.origin + {path!r});\nexport default module.default;\n"


def styles(names: tuple[str, ...]) -> str:
    return "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in names)
