"""What is said of every explained class, for sizes of 1 and of many, is what somebody has read."""

from __future__ import annotations

from explorer.tensors.text import LONGEST_SENTENCE
from tests.layers.golden import NAMES, PLACE, written


def test_every_class_says_what_has_been_read():
    said, read = written().split("\n\n"), PLACE.read_text(encoding="utf-8").split("\n\n")
    assert len(said) == 2 * len(NAMES)
    changed = [new for new in said if new not in read]
    assert (changed, len(said)) == ([], len(read)), "Run `make layers`, and read what that changes in golden.txt."
    assert not [each for each in said if "NOT EXPLAINED" in each]
    sentences = [sentence for each in said for line in each.split("\n")[1:] for sentence in line.strip().split(". ")]
    assert max(map(len, sentences)) <= LONGEST_SENTENCE, max(sentences, key=len)
