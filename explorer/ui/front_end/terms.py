"""Words of the glossary in a sentence that the server writes, explained where somebody points at them; as `assets/terms.js`
does it in the browser."""

from __future__ import annotations

import re
from html import escape

from explorer.glossary import GLOSSARY

_BY_LENGTH = sorted(GLOSSARY, key=len, reverse=True)
_WORDS = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, _BY_LENGTH))})s?(?![\w=-])")


def with_terms(text: str, told: set[str]) -> str:
    """The text as HTML, in which each word is explained where it comes first. told: words that were explained before."""
    parts, end = [], 0
    for found in _WORDS.finditer(text):
        word = found[1]
        if word not in told:
            told.add(word)
            parts += [escape(text[end : found.start()]), _term(word, found[0])]
            end = found.end()
    return "".join([*parts, escape(text[end:])])


def _term(word: str, written: str) -> str:
    meaning = escape(GLOSSARY[word])
    marks = f'data-term="{word}" data-meaning="{meaning}" aria-description="{meaning}"'
    return f'<abbr class="term" tabindex="0" {marks}>{escape(written)}</abbr>'
