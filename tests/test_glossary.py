"""The glossary has the words that a learner needs, and what is made from it is current."""

from __future__ import annotations

import re

import pytest

from explorer.experiment.bounds import LIMITS
from explorer.glossary import GLOSSARY
from scripts.glossary import FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_made_from_the_glossary_is_current(path):
    assert path.read_text(encoding="utf-8") == FILES[path](), "Run `python -m scripts.glossary`."


def test_there_are_twenty_words_each_in_one_or_two_sentences():
    assert len(GLOSSARY) == 20
    for word, meaning in GLOSSARY.items():
        sentences = re.findall(r"[^.]+(?:\.\d[^.]*)*\.(?= |$)", meaning)
        assert 1 <= len(sentences) <= 3 and meaning.endswith(".") and len(meaning) <= 160, word
        assert meaning[0].isupper() and "|" not in meaning, word


def test_the_words_of_the_sidebar_are_in_it():
    from explorer.ui.explore.controls import WORDS

    assert set(WORDS) <= set(LIMITS) and set(WORDS.values()) <= set(GLOSSARY)
