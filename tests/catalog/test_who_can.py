"""The table "Who can?": it is whole, its numbers are those of a training here, an entry that changes is measured anew."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from explorer.catalog import ARCHITECTURES, TASKS, resolve, who_can
from explorer.training.trainer import Trainer

PAIR = ("dense_every_step", "pointwise")


def test_the_table_that_ships_has_every_pair_of_the_catalog():
    missing = [" on ".join(pair) for pair in who_can.missing(who_can.shipped())]
    assert not missing, f"explorer/catalog/who_can.json lacks {', '.join(missing)}: run `make who`."
    known = {who_can.key_of(*pair) for pair in who_can.pairs()}
    left_over = [f"{each.architecture} on {each.task}" for key, each in who_can.shipped().items() if key not in known]
    assert not left_over, f"explorer/catalog/who_can.json has {', '.join(left_over)}, which are not there: run `make who`."


def test_a_number_is_what_the_experiment_comes_to_that_it_opens():
    measured = who_can.shipped()[who_can.key_of(*PAIR)]
    experiment = who_can.experiment_of(*PAIR)
    frames = Trainer(experiment).run(None, experiment.epochs, float("inf"))[1]
    # On another kind of processor sums are rounded otherwise.
    assert (measured.epochs, measured.loss) == (len(frames), pytest.approx(frames[-1].val_loss, rel=0.05))


def test_every_cell_has_a_number_or_the_reason_why_not():
    rows = who_can.table(who_can.shipped())
    assert sorted(row[0].architecture.name for row in rows) == sorted(ARCHITECTURES)
    for row in rows:
        assert sorted(cell.task.name for cell in row) == sorted(TASKS)
        for cell in row:
            assert cell.misfit == cell.architecture.misfit(cell.task)
            assert (cell.experiment is None) == (cell.measured is None) == bool(cell.misfit)
            if cell.measured is not None and cell.measured.loss is not None:
                baselines = resolve(cell.experiment).baselines
                assert cell.reference.value == baselines[cell.reference.name]
                assert cell.relative == pytest.approx(cell.measured.loss / baselines[cell.reference.name])
    # What nobody doubts: memory is needed for an echo, and a GRU has it.
    cells = {(cell.architecture.name, cell.task.name): cell for row in rows for cell in row}
    assert cells["gru_every_step", "delayed_echo"].relative < 0.2
    assert 0.95 < cells["dense_every_step", "delayed_echo"].relative < 1.2
    assert cells["gru_every_step", "delayed_echo"].reference.name == "without memory"
    assert cells["gru_every_step", "pointwise"].reference.name == "always the mean"
    assert cells["gru_every_step", "noise"].reference.best and not cells["gru_every_step", "pointwise"].reference.best


def test_code_and_defaults_decide_what_is_measured_anew(tmp_path, monkeypatch):
    (tmp_path / "some_task.py").write_text(TEXT)
    monkeypatch.syspath_prepend(str(tmp_path))
    import some_task

    code = who_can._code_of(some_task.some_task)
    assert "SHIFT = 3" in code and "return number * SHIFT" in code
    for left_out in ("The words", "comment", "title", "baseline", "doubled()"):
        assert left_out not in code


TEXT = '''
SHIFT = 3
OTHER = 4

def scaled(number):
    """The words of a helper."""
    return number * SHIFT

def baseline(timesteps):
    return OTHER

def sign(**_):
    return lambda function: function

@sign(title="title")
def some_task(rng, samples):
    """The words of the help, of doubled()."""
    # A comment.
    return scaled(samples)
'''


def test_a_file_is_written_in_the_order_of_the_catalog_and_read_again(tmp_path):
    first, second = who_can.pairs()[:2]
    measured = [who_can.measured_now(*second, 0.25, 60), who_can.measured_now(*first, float("nan"), 7)]
    gone = replace(measured[0], key="gone")
    place = tmp_path / "who.json"
    who_can.write({each.key: each for each in (*measured, gone)}, place)
    assert list(who_can.read(place).values()) == measured[::-1]
    assert who_can.read(place)[measured[1].key].loss is None
    assert [pair for pair in who_can.pairs() if pair not in who_can.missing(who_can.read(place))] == [first, second]
    for wrong in ("{}", '{"measured": [{"key": 1}]}', "no JSON"):
        place.write_text(wrong)
        with pytest.raises(ValueError, match="make who"):
            who_can.read(place)


def test_a_cell_is_written_out_whole():
    cells = [cell for row in who_can.table(who_can.shipped()) for cell in row]
    for cell in cells:
        found = json.loads(json.dumps(cell.to_dict()))
        assert {"misfit"} <= set(found) or {"relative", "baseline", "loss", "day", "versions"} <= set(found)
