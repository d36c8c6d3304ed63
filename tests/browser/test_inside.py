"""The panel "Look inside", by keyboard, with the scrubber, and from a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import OF_COLOURS, WCAG, violations
from tests.browser.conftest import PATIENCE
from tests.browser.test_page import SMALL, layer, open_page, panel, press, wait_for_script
from tests.browser.window import appearances, nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)

TRAINED = SMALL + "&epochs=12&seed=31"


def inside(page: Page):
    return page.locator(".explorer-inside dialog")


@pytest.fixture
def trained(page, server) -> Page:
    """A page whose run is done; the same one is trained once."""
    open_page(page, server, TRAINED)
    wait_for_script(page)
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    page.wait_for_url(re.compile("run="))
    return page


def test_a_unit_is_reached_by_keys_and_followed_along_the_epochs(trained, server):
    page = trained
    expect(panel(page)).to_have_attribute("data-shown", "12")
    layer(page, "memory").locator(".box").press("Enter")
    opener = page.locator("[data-look-inside]")
    opener.press("Enter")
    expect(inside(page)).to_have_attribute("data-epoch", "12")
    expect(inside(page).locator("h2")).to_have_text("Inside GRU(6), trained for 12 epochs")
    cell = inside(page).get_by_role("gridcell")
    expect(cell).to_be_focused()
    unit = int(inside(page).get_attribute("data-unit"))
    page.keyboard.press("Home")
    expect(cell).to_have_attribute("aria-label", re.compile(rf"^unit {unit}, timestep 1: [−≈.\d]+$"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(inside(page)).to_have_attribute("data-timestep", "2")
    expect(inside(page)).not_to_have_attribute("data-unit", str(unit))
    below = int(inside(page).get_attribute("data-unit"))
    page.wait_for_url(re.compile(rf"inside=memory&unit={below}&t=2(&|$)"))
    # A term says what it is made of.
    term = inside(page).locator('[data-gate="z"] button[data-part="kernel"]')
    term.focus()
    expect(inside(page).locator(".inside-readout")).to_contain_text("x[2] · W of update z = ")
    expect(inside(page).locator(".inside-readout")).to_have_text(term.get_attribute("aria-label"))
    # The epoch of the film goes on and back, and the unit stays.
    inside(page).get_by_label("Epoch that is shown").press("Home")
    expect(inside(page).locator("h2")).to_have_text("Inside GRU(6), with untrained weights")
    expect(panel(page)).to_have_attribute("data-shown", "0")
    for _ in range(3):
        inside(page).get_by_label("Epoch that is shown").press("ArrowRight")
    expect(inside(page)).to_have_attribute("data-epoch", "3")
    expect(inside(page)).to_have_attribute("data-unit", str(below))
    page.keyboard.press("Escape")
    expect(inside(page)).not_to_be_visible()
    expect(opener).to_be_focused()
    page.wait_for_url(re.compile(r"^(?!.*inside=)"))
    # A layer without a state has no such button.
    layer(page, "answer").locator(".box").click()
    page.locator('[data-why="answer"]').wait_for()
    expect(opener).not_to_be_visible()


def test_a_link_opens_a_unit_and_what_there_is_not_is_said(trained, server):
    page = trained
    run = panel(page).get_attribute("data-run")
    visit(page, server, f"/?run={run}&inside=memory&unit=4&t=3&sequence=5&pin=2")
    expect(inside(page)).to_have_attribute("data-timestep", "3")
    expect(inside(page).get_by_label("Which validation sequence is shown")).to_have_value("4")
    expect(inside(page).locator(".inside-legend")).to_contain_text("unit 2, pinned")
    found: dict[str, list[str]] = {}
    for scheme, width in appearances(page, (1280, 800), (375, 812)):
        nothing_lies_beside_the_window(page, ".inside-panel *")
        # A colour is the same at any width.
        if (scheme, width) != ("dark", 375) and (broken := violations(page, WCAG if scheme == "light" else OF_COLOURS)):
            found[f"{scheme}, {width}"] = broken
    assert found == {}
    page.set_viewport_size({"width": 1280, "height": 800})
    unit = inside(page).get_by_label("Unit", exact=True)
    # An answer that comes late takes back nothing that was chosen meanwhile.
    late: list[Route] = []
    of_5 = re.compile(r"/inside/.*unit=5")
    page.route(of_5, lambda route: late.append(route))
    with page.expect_request(of_5):
        unit.fill("5")
        unit.press("Enter")
    unit.fill("99")
    unit.press("Enter")
    late[0].continue_()
    page.unroute(of_5)
    expect(inside(page).locator(".inside-said")).to_have_text(
        "The layer “memory” has 6 units, from 1 to 6. Received: unit 99"
    )
    # The link follows once a hand rests, and a visit before that would be overtaken.
    page.wait_for_url(re.compile("unit=99"))
    wait_for_script(page)
    visit(page, server, f"/?run={run}&inside=nothing")
    expect(inside(page).locator(".inside-said")).to_contain_text("has no layer called “nothing”. It has: memory, answer.")
    visit(page, server, f"/?{TRAINED}&inside=memory&t=99999999")
    expect(inside(page).locator("h2")).to_have_text("Inside GRU(6), with untrained weights")
    # What was drawn of a run is not left below a model that has none.
    expect(page.locator("[data-section=gradients]")).to_be_hidden()
    inside(page).get_by_role("button", name="Close").click()
    expect(page.locator(".explorer-notice")).to_contain_text("t must be a whole number from 1 to 99,999")
