"""The script of the page "Who can?": which architecture can learn which task, as it was measured."""

from __future__ import annotations

import streamlit as st

from explorer.catalog import who_can
from explorer.experiment import HELD_OUT_SAMPLES, Experiment
from explorer.runtime.questions.measuring import Known
from explorer.ui.frame.page_component import listen
from explorer.ui.frame.plain_page import configure, head
from explorer.ui.lessons import steps as lesson_steps
from explorer.ui.server import engine_instance
from explorer.ui.state.address import entered
from explorer.ui.who import table as who_table

TITLE = "Who can?"
ABOUT = (
    "Every architecture (row) was trained once on every task (column) that fits it, with the settings of a new page: "
    f"{Experiment.samples} sequences, {Experiment.epochs} epochs, seed {Experiment.seed}, default sizes and learning rate. "
    f"The number is its loss on {HELD_OUT_SAMPLES} held-out sequences after the last epoch, divided by the loss of the "
    "baseline at the task. **Click a number to open that experiment.**"
)
SECONDS_BETWEEN_LOOKS = 4.0


def main() -> None:
    configure(TITLE)
    entered("who")
    head(TITLE, ABOUT)
    known = engine_instance.engine().who_can()
    # As long as a pair is missing, only the table looks again.
    st.fragment(_table, run_every=SECONDS_BETWEEN_LOOKS if known.left else None)(known.left)
    listen()


def _table(left: int) -> None:
    """left: how many pairs were missing when the page was drawn."""
    known = engine_instance.engine().who_can()
    if left and not known.left:
        # Nobody needs to look any more.
        st.rerun()
    chosen = who_table.draw(who_can.table(known.measured), known.failed, _coverage_sentences(known))
    if chosen is not None:
        st.switch_page(lesson_steps.FILES["explore"], query_params=chosen.to_query())


def _coverage_sentences(known: Known) -> str:
    """When and with what it was measured, and what is still missing, in sentences."""
    found = [known.measured[key] for key in (who_can.key_of(*pair) for pair in who_can.pairs()) if key in known.measured]
    sentences = []
    if found:
        days = sorted({each.day for each in found})
        when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        versions = sorted({who_table.versions_in_words(each.versions) for each in found})
        sentences.append(f"Measured {when} with {' or '.join(versions)}.")
    if known.left:
        many = "One pair is" if known.left == 1 else f"{known.left} pairs are"
        sentences.append(f"{many} not measured yet: this server does it when nobody trains.")
    return " ".join(sentences)


# A worker that is started while pages are open is told that this is the main script, and imports it under another name.
if __name__ == "__main__":
    main()
