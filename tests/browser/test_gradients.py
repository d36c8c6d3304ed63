"""How far back a loss reaches, below the states of a layer: by pointer and keys, beside another cell, in both themes."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.axe import OF_COLOURS, WCAG, violations
from tests.browser.conftest import PATIENCE
from tests.browser.test_page import SMALL, layer, open_page, panel, press
from tests.browser.window import appearances, nothing_lies_beside_the_window

expect.set_options(timeout=PATIENCE)


def test_the_gradient_through_time_of_a_run_beside_another_cell(page, server):
    open_page(page, server, SMALL + "&epochs=12&seed=9")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    layer(page, "memory").locator(".box").click()
    page.get_by_role("button", name="Look inside").locator("visible=true").click()
    section = page.locator("[data-section=gradients]")
    own = section.locator("[data-net=GRU]")
    own.locator(".slopes-bar").first.wait_for(state="attached")
    section.scroll_into_view_if_needed()
    expect(section).to_have_attribute("data-epoch", "12")
    expect(own).to_contain_text(re.compile(r"GRU\(\d+\)loss [\d.]+: .*\."))
    bars = own.locator(".slopes-bar").count()
    svg = own.locator("svg[role=img]")
    svg.hover()
    svg.focus()
    page.keyboard.press("End")
    expect(own.locator(".slopes-readout")).to_have_text(re.compile(rf"Timestep {bars}: [\d.e-]+% of timestep \d+"))
    page.keyboard.press("ArrowLeft")
    # The page may move away beneath a pointer that rests: what the keys have chosen stays.
    page.mouse.move(0, 0)
    expect(own.locator(".slopes-readout")).to_have_text(re.compile(rf"Timestep {bars - 1}: [\d.e-]+% of timestep \d+"))
    # The loss of another timestep: what comes later cannot count.
    section.get_by_label("Loss at timestep").fill("2")
    page.keyboard.press("Enter")
    expect(section).to_contain_text("How much the loss at timestep 2 reacts")
    expect(own.locator(f'[data-timestep="{bars}"]')).to_have_attribute("height", "0.00")
    section.get_by_role("button", name="State", exact=True).click()
    expect(section).to_contain_text(
        re.compile(r"\|dLoss\(2\) / dh\(t\)\|, in % of the largest; mean of 256 validation sequences\.")
    )
    expect(section).to_contain_text("How much the loss at timestep 2 reacts to the state after each timestep.")
    page.wait_for_url(re.compile("bars=state"))
    # The same net with another cell is trained to the same epoch, and leaves again.
    compare = section.get_by_role("button", name="Compare with SimpleRNN")
    compare.click()
    section.locator("[data-net=SimpleRNN] .slopes-bar").first.wait_for(state="attached")
    page.wait_for_url(re.compile(r"inside=memory.*loss_t=2.*cells=SimpleRNN|cells=SimpleRNN.*loss_t=2"))
    expect(section).to_contain_text("Both nets after 12 epochs, with the same data, batches and learning rate.")
    section.locator("summary").click()
    section.locator("svg.slopes-norms").wait_for()
    expect(section.locator(".slopes-legend")).to_contain_text("memory")
    for scheme, width in appearances(page, (1280, 800), (375, 812)):
        nothing_lies_beside_the_window(page, ".slopes *")
        if width == 1280:
            assert violations(page, WCAG if scheme == "light" else OF_COLOURS) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    compare.click()
    expect(section.locator("[data-net=SimpleRNN]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(section).to_be_hidden()
