"""What an address may ask to compare."""

import pytest

from explorer.ui.model.compare_panel import Offer, wanted

OFFERS = {
    offer.key: offer
    for offer in (
        Offer("memory", "merge_mode", "memory · merge_mode", "concat", ("sum", "ave", None)),
        Offer(None, "architecture", "architecture", "gru_once", ("gru_pooled",)),
    )
}


@pytest.mark.parametrize(
    ("setting", "value", "taken"),
    [
        ("", "", ("", "")),
        ("", "sum", ("", "")),
        ("memory.merge_mode", "", ("memory.merge_mode", "")),
        ("memory.merge_mode", "None", ("memory.merge_mode", "None")),
        (".architecture", "gru_pooled", (".architecture", "gru_pooled")),
    ],
)
def test_what_is_offered_is_taken(setting, value, taken):
    assert wanted(OFFERS, setting, value) == (*taken, "")


def test_what_is_not_offered_gets_a_sentence():
    assert wanted(OFFERS, "colour" * 20, "red") == (
        "",
        "",
        f"This model has no setting “{('colour' * 20)[:40]}” to compare. It has: memory.merge_mode, .architecture.",
    )
    assert wanted(OFFERS, "memory.merge_mode", "concat") == (
        "memory.merge_mode",
        "",
        "memory · merge_mode has no other value “concat”. It can be compared with: sum, ave, None.",
    )
