"""What a person sees while workers, and the server itself, are killed."""

from __future__ import annotations

import sqlite3

from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE
from tests.browser.processes import workers_of
from tests.browser.test_page import LONG, MORE, at_speed, layer, number, open_page, panel, press, slide, wait_for_epoch

expect.set_options(timeout=PATIENCE)


def test_killed_workers_and_a_killed_server_come_back_and_the_run_goes_on(page, server):
    # Few enough epochs that what a busy machine needs to train them is no matter here.
    open_page(page, server, MORE + "&epochs=60")
    at_speed(page, "max")
    press(page, "train")
    wait_for_epoch(page, 2)
    killed = workers_of(server)
    assert len(killed) == 2
    for worker in killed:
        worker.kill()
    expect(panel(page)).to_have_attribute("data-state", "done")
    expect(panel(page)).to_have_attribute("data-frames", "60")
    # Nobody but the server itself may touch its runs: a worker that took itself for one would hold this run.
    run = panel(page).get_attribute("data-run")
    with sqlite3.connect(server.database) as connection:
        assert connection.execute("SELECT state, held FROM runs WHERE id = ?", [run]).fetchall() == [("done", "")]
    slide(page, "units", 1)
    expect(layer(page, "memory")).to_have_attribute("data-output", "None,8,7")

    open_page(page, server, LONG)
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "running")
    wait_for_epoch(page, 2)
    address, run = page.url, panel(page).get_attribute("data-run")
    server.kill()
    epoch = number(page, "data-epoch")
    server.start()
    page.goto(address)
    expect(panel(page)).to_have_attribute("data-run", run)
    wait_for_epoch(page, epoch + 5)
    press(page, "stop")
    expect(panel(page)).to_have_attribute("data-state", "stopped")
    # The last epoch may come after the state.
    page.wait_for_function(
        "() => { const { frames, epoch } = document.querySelector('[data-live]').dataset; return frames === epoch; }"
    )
