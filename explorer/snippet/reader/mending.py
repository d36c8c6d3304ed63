"""What was probably meant by one logical line that is no Python, and what stands in for one of which nobody can tell."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from explorer.snippet.reader.logical_lines import HEADERS, LogicalLine, brackets, closing, error_in

# What web pages and word processors write for the characters of Python, one for one.
_TYPOGRAPHIC = str.maketrans("“”„‟″‘’‚‛′–−—，：；（）［］｛｝＝", "\"\"\"\"\"'''''---,:;()[]{}=")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_PROMPT = re.compile(r"(?:>>>|\.\.\.)(?: |$)|(?:In|Out) ?\[\d*\]: ?| {3,}\.{3,}: ?")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#39|#x27|nbsp);")
_TAG = re.compile(r"</?[A-Za-z][^<>\r\n]*>")
_PRINTED = re.compile(
    r"\d+/\d+\s|Epoch \d|Layer \(type\)|.*\(\w+\)\s+[\[(]+(?:None|\d)|(?:Total|Trainable|Non-trainable) params|Traceback|"
    r"File \"|\w+Error\b|[-=_─━┃│┌├└╭╰┏┡]{3}|\d{4}-\d\d-\d\d"
)
_QUOTE_ENDS = re.compile(r"[)\]},:\s]*$")
# Of a statement that was left out: what it binds, or the object to which something is done.
_BINDS = re.compile(r"([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*)\s*(?::[^=]*)?=(?!=)")
_CALLS = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)\(")
_NAMED = re.compile(r"(?:async\s+)?(def|class)\s+([A-Za-z_]\w*)")
MOST_COMMAS = 40
PRINTED = "This looks like printed output. Remove it, or put # before it."
PROSE = "Remove the line, or put # before it."


@dataclass(frozen=True)
class Mended:
    """text: of the logical line, with as many lines. fix: what makes it right, in a few words. advice: as a sentence."""

    text: str
    fix: str
    advice: str


def mended(line: LogicalLine) -> Mended | None:
    """The line as it was probably meant, None where nobody can tell."""
    text = line.text
    fixes: list[tuple[str, str]] = []
    for mend in (_plain, _without_prompt, _printing, _closed, _with_colon, _with_commas, _compared):
        found = mend(text)
        if found is None:
            continue
        text, fix, advice = found
        fixes.append((fix, advice))
        if error_in(text) is None and text.strip():
            return Mended(text, *fixes[-1]) if len(fixes) == 1 else _both(text, fixes)
    return None


def _both(text: str, fixes: list[tuple[str, str]]) -> Mended:
    return Mended(text, f"Correct {len(fixes)} mistakes", " ".join(advice for _, advice in fixes))


_Found = tuple[str, str, str] | None


def _plain(text: str) -> _Found:
    plain = _SPACES.sub(" ", text.translate(_TYPOGRAPHIC))
    plain = _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\u00a0", " "), plain)
    if _TAG.match(text) or re.search(r"</\w+>\s*$", text):
        plain = _TAG.sub("", plain)
    if plain == text:
        return None
    return plain, "Write plain characters", "Some characters come from a web page or a word processor: write plain ones."


def _without_prompt(text: str) -> _Found:
    found = _PROMPT.match(text)
    if found is None or found[0].startswith("Out"):
        return None
    lines = [_PROMPT.sub("", each, count=1) if _PROMPT.match(each) else each for each in text.split("\n")]
    return "\n".join(lines), "Remove the prompt", f"Remove `{found[0].strip()}`."


def _printing(text: str) -> _Found:
    found = re.fullmatch(r"print\s+([^\n]*?),?\s*", text)
    if found is None:
        return None
    return f"print({found[1]})", "Write print(...)", "Write `print(...)` with brackets, as Python 3 has it."


def _closed(text: str) -> _Found:
    """Quotes and brackets that are missing, too many, or of another kind."""
    found = brackets(text)
    if found.whole or found.long:
        return None
    told = []
    if len(found.quotes) > 1:
        return None
    for place in found.quotes:
        end = re.compile("[\r\n]|$").search(text, place)
        stop = end.start() if end else len(text)
        ends = _QUOTE_ENDS.search(text, place + 1, stop)
        at = ends.start() if ends else stop
        text = text[:at] + text[place] + text[at:]
        told.append(("Close the text", f"Write `{text[place]}` at the end of the text."))
        found = brackets(text)
    for place, right in reversed(found.wrong):
        told.append((f"Write {right} for {text[place]}", f"Write `{right}` for `{text[place]}`."))
        text = f"{text[:place]}{right}{text[place + 1 :]}"
    for place in reversed(found.extra):
        told.append((f"Remove the {text[place]} that closes nothing", f"Remove the last `{text[place]}`."))
        text = text[:place] + text[place + 1 :]
    if found.open:
        missing, code = closing(found), text[: found.end]
        head = code.endswith(":") and _word(text) in HEADERS
        # What stands before a comma that is the last is another element.
        at = found.end - 1 if head else found.end
        text = text[:at] + missing + text[at:]
        told.append((f"Write {missing} at the end", f"Write `{missing}` at the end of the statement."))
    return (text, *told[0]) if len(told) == 1 else (text, "Correct brackets and quotes", " ".join(each for _, each in told))


def _with_colon(text: str) -> _Found:
    end = brackets(text).end
    code = text[:end]
    if _word(text) not in HEADERS or code.endswith(":"):
        return None
    code = code.rstrip(";,=")
    return f"{code}:{text[end:]}", "Write the colon", "Write `:` at the end of the line."


def _with_commas(text: str) -> _Found:
    """Commas where Python misses them, between two elements or arguments."""
    start, told = text, []
    for _ in range(MOST_COMMAS):
        error = error_in(text)
        if error is None or "forgot a comma" not in error.msg:
            break
        place = next((each for each in _gaps(text, error) if _farther(error, error_in(_put(text, each)))), None)
        if place is None:
            break
        told.append(place)
        text = _put(text, place)
    words = "Write the comma" if len(told) == 1 else f"Write {len(told)} commas"
    return None if text == start else (text, words, f"{words} between the elements.")


def _put(text: str, place: int) -> str:
    return f"{text[:place]},{text[place:]}"


def _gaps(text: str, error: SyntaxError) -> Iterator[int]:
    """Where a comma may be missing: behind the letters that come before a space, and outside of brackets."""
    lines = text.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    start = starts[(error.lineno or 1) - 1] + (error.offset or 1) - 1
    last = error.end_lineno or error.lineno or 1
    end = starts[min(last, len(lines)) - 1] + (error.end_offset or 1) - 1
    depth = 0
    for at in range(start, min(end, len(text) - 1)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0 and not text[at].isspace() and (text[at + 1].isspace() or text[at + 1] in "#\"'"):
            yield at + 1


def _farther(before: SyntaxError, now: SyntaxError | None) -> bool:
    if now is None:
        return True
    return ((now.lineno or 0), (now.offset or 0)) > ((before.lineno or 0), (before.offset or 0))


def _compared(text: str) -> _Found:
    """A single = in a condition, and a comma at the end of an import."""
    if _word(text) in ("if", "elif", "while"):
        changed = re.sub(r"(?<![=!<>:+\-*/%])=(?!=)", "==", text)
        if changed != text:
            return changed, "Write ==", "Write `==` to compare."
    found = re.match(r"(from\s+\S+\s+import\s+[^(#\n]*?),\s*(#.*)?$", text)
    if found:
        return f"{found[1]}{found[2] or ''}", "Remove the last comma", "Remove the last comma, or put the names in brackets."
    return None


def _word(text: str) -> str:
    found = re.match(r"\w+", text)
    return found[0] if found else ""


def stand_in(line: LogicalLine) -> tuple[str, bool]:
    """What stands for a line that was left out, "" for nothing, and whether it is a statement that is not followed.

    The head of a block stays one, so that what stands in it is read.
    """
    text = line.text
    if _word(text) in HEADERS and text[: brackets(text).end].endswith(":"):
        found = _NAMED.match(text)
        return (f"def {found[2]}(*_, **__):" if found[1] == "def" else f"class {found[2]}:") if found else "if True:", False
    stands: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        (_BINDS, lambda found: f"{found[1]} = None"),
        (re.compile(r"return\b"), lambda found: "return None"),
        (_CALLS, lambda found: f"{found[1]}(None)"),
    )
    for pattern, write in stands:
        found = pattern.match(text)
        if found is not None and error_in(written := write(found)) is None:
            return written, True
    return "", False


def advice_on(line: LogicalLine) -> str:
    """What to do about a line that was left out, "" where that is not known."""
    text = line.text.strip()
    if _PRINTED.match(text):
        return PRINTED
    if _TAG.match(text):
        return "This is HTML. Remove it."
    if brackets(text).long:
        return f"Write {brackets(text).long} at the end of the text."
    words = re.findall(r"[A-Za-z']+", text)
    return PROSE if len(words) > 3 and not re.search(r"[=(\[]", text) else ""


__all__ = ["Mended", "advice_on", "mended", "stand_in"]
