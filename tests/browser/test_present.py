"""The projector and the keys, by the keyboard alone: what is shown, how large it is, and where it leads."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from explorer.catalog.lessons import LESSONS
from explorer.catalog.presets import PRESETS
from explorer.ui.state.slides import Slide, pack
from tests.browser.axe import OF_COLOURS, WCAG, violations
from tests.browser.conftest import PATIENCE
from tests.browser.test_page import open_page
from tests.browser.window import appearances, nothing_lies_beside_the_window, visit

expect.set_options(timeout=PATIENCE)

LESSON = LESSONS["return_sequences"]
ADDRESS = f"/?view=present&lesson={LESSON.name}"
# Its first question, about a shape.
ASKED = 1
# Whatever has words of its own and is seen: those that are too small for the last row, and those that the window cuts.
TOO_SMALL = """() => {
  const root = document.querySelector('.explorer-present');
  const own = each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const seen = [...root.querySelectorAll('*')].filter(each => own(each) && each.getBoundingClientRect().width > 1);
  const size = each => parseFloat(getComputedStyle(each).fontSize) * each.currentCSSZoom;
  const inside = ({ left, right, top, bottom }) =>
    left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
  const found = seen.filter(each => size(each) < 23.99 || !inside(each.getBoundingClientRect()));
  const cuts = each => getComputedStyle(each).overflowY !== 'visible' && each.scrollHeight > each.clientHeight + 2;
  const scrolls = [...root.querySelectorAll('*'), root].filter(each => each instanceof HTMLElement && cuts(each));
  return [...found, ...scrolls].map(each => `${size(each)} px: ${each.outerHTML.slice(0, 120)}`);
}"""
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"


def slide(page: Page, step: int):
    """The projector at a step, with its shapes drawn, and the address that says so."""
    shown = page.locator(f'.explorer-present[data-step="{step}"]')
    shown.locator(":is(.drawing :is(.wires, .layers), .text:not(:empty))").first.wait_for()
    expect(shown.locator(".waiting")).to_have_count(0)
    page.wait_for_url(re.compile(f"step={step}(&|$)" if step > 1 else r"view=present(?!.*step)"))
    page.locator(AT_REST).wait_for()
    return shown


def readable(page: Page) -> None:
    assert page.evaluate(TOO_SMALL) == []


def test_a_lesson_is_walked_revealed_and_left_by_keys_and_read_from_the_last_row(page, server):
    visit(page, server, ADDRESS)
    for number, step in enumerate(LESSON.steps, 1):
        shown = slide(page, number)
        readable(page)
        said = step.prediction.question if step.prediction else step.title
        assert shown.get_by_role("heading", level=1).inner_text() == said.replace("`", "").replace("*", "")
        page.keyboard.press("PageDown" if number % 2 else "ArrowRight")
    page.keyboard.press("Home")
    shown = slide(page, ASKED)
    layer = shown.locator('[data-layer="memory"]')
    expect(layer).to_have_attribute("data-output", "?")
    # The drawing says nothing of the answer either, and no answer is marked.
    said = shown.locator(".drawing").get_attribute("aria-label")
    assert "?" in said and "timesteps" not in said
    expect(shown.locator("[data-right]")).to_have_count(0)
    page.keyboard.press("r")
    expect(layer).to_have_attribute("data-output", "None,32")
    right = next(answer for answer in LESSON.steps[ASKED - 1].prediction.answers if answer.right)
    expect(shown.locator('[data-right="true"]')).to_contain_text(right.text)
    expect(shown.locator(".why-right")).to_have_text(right.why.replace("`", ""))
    readable(page)
    found = {}
    for scheme, _ in appearances(page, (1280, 800)):
        found[scheme] = violations(page, WCAG if scheme == "light" else OF_COLOURS)
    assert found == {"light": [], "dark": []}
    page.keyboard.press("r")
    expect(layer).to_have_attribute("data-output", "?")
    page.keyboard.press("End")
    slide(page, len(LESSON.steps))
    page.keyboard.press("PageUp")
    shown = slide(page, len(LESSON.steps) - 1)
    # A phone and a tablet have all of it below each other.
    for width, height in ((375, 812), (768, 1024)):
        page.set_viewport_size({"width": width, "height": height})
        expect(shown).to_have_attribute("data-small", "true")
        nothing_lies_beside_the_window(page, ".explorer-present :is(h1, p, button, li, .line, .marks)")
        assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(".explorer-present")).to_have_count(0)
    page.wait_for_url(re.compile(f"lesson={LESSON.name}&step={len(LESSON.steps) - 1}"))
    assert "view=present" not in page.url


def test_the_page_is_presented_shared_and_left_in_the_state_of_a_slide(page, server):
    open_page(page, server)
    page.keyboard.press("p")
    slide(page, 1)
    readable(page)
    page.keyboard.press("ArrowRight")
    shown = slide(page, 2)
    expect(shown.get_by_role("heading", level=1)).to_have_text(PRESETS["article_1"].title)
    readable(page)
    page.keyboard.press("s")
    page.get_by_role("img", name="QR code of the link").last.wait_for()
    expect(page.get_by_role("dialog").get_by_test_id("stCode")).to_contain_text("view=present&step=2")
    # Keys are the dialogue's while it is open.
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    shown.wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".explorer-present")).to_have_count(0)
    page.wait_for_url(re.compile("architecture=windows_gru"))
    expect(page.get_by_role("heading", level=1)).to_have_text("TimeDistributed GRU over windows")


def add_slide(page: Page, number: int) -> None:
    """Open the dialogue Share, and add the page as the last slide, whose number is given."""
    page.get_by_role("button", name="Share").locator("visible=true").click()
    page.get_by_role("button", name="Add this to my slides").click()
    page.get_by_label(f"Name of slide {number}").wait_for()
    page.locator(AT_REST).wait_for()


def test_states_are_collected_named_put_in_order_and_presented(page, server):
    open_page(page, server)
    add_slide(page, 1)
    link = page.locator(".st-key-slides_link code")
    unnamed = link.inner_text()
    page.get_by_label("Name of slide 1").fill("The start")
    page.keyboard.press("Enter")
    expect(link).not_to_have_text(unnamed)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    visit(page, server, "/?architecture=dense_every_step&timesteps=9")
    add_slide(page, 2)
    page.get_by_role("button", name="Up", exact=True).last.click()
    expect(page.get_by_label("Name of slide 1").and_(page.locator("[value='']"))).to_have_count(1)
    # Until the rows of before are gone there are two of each name.
    page.locator(AT_REST).wait_for()
    expect(page.get_by_label("Name of slide 2")).to_have_count(1)
    expect(page.get_by_label("Name of slide 2")).to_have_value("The start")
    for scheme, _ in appearances(page, (1280, 800)):
        assert violations(page, WCAG if scheme == "light" else OF_COLOURS) == []
    page.get_by_role("button", name="Present my slides").click()
    expect(slide(page, 1).locator('[data-layer="answer"]')).to_have_attribute("data-output", "None,9,1")
    page.keyboard.press("PageDown")
    expect(slide(page, 2).get_by_role("heading", level=1)).to_have_text("The start")
    page.keyboard.press("Escape")
    expect(page.locator(".explorer-present")).to_have_count(0)


def test_states_of_a_link_are_walked_and_what_is_wrong_is_told(page, server):
    states = [Slide("First", {"timesteps": "7"}), Slide("", {"architecture": "two_streams", "units": "9999"})]
    visit(page, server, f"/?view=present&states={pack(states)}&step=2")
    shown = slide(page, 2)
    expect(shown.get_by_role("heading", level=1)).to_have_text("Two inputs with Bidirectional GRUs")
    expect(shown.locator(".told")).to_contain_text("units must be a whole number from 1 to")
    readable(page)
    page.keyboard.press("Home")
    expect(slide(page, 1).locator('[data-layer="memory"]')).to_have_attribute("data-input", "None,7,5")
    visit(page, server, "/?view=present&states=cut")
    expect(slide(page, 1).locator(".told")).to_contain_text("The link's slides cannot be read.")
    readable(page)
    page.keyboard.press("Escape")
    expect(page.locator(".explorer-present")).to_have_count(0)


def test_a_question_mark_opens_the_sheet_of_keys_and_escape_gives_the_focus_back(page, server):
    open_page(page, server)
    box = page.locator('[data-layer="memory"] .box')
    box.focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Reveal the answer")
    for scheme, _ in appearances(page, (1280, 800)):
        assert violations(page, WCAG if scheme == "light" else OF_COLOURS) == []
    # Behind it no key does anything.
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(box).to_be_focused()
    page.get_by_role("button", name="Keys").locator("visible=true").click()
    sheet.wait_for()
    page.keyboard.press("Escape")
    # What is typed into a field is the field's.
    page.get_by_text("512 samples").click()
    field = page.locator(".st-key-seed input")
    field.focus()
    page.keyboard.press("?")
    page.keyboard.press("p")
    expect(sheet).to_have_count(0)
    expect(page.locator(".explorer-present")).to_have_count(0)
    page.keyboard.press("Escape")


def test_the_notes_follow_the_slides_in_a_window_of_their_own(page, server):
    visit(page, server, ADDRESS)
    slide(page, 1)
    with page.context.expect_page() as opened:
        page.keyboard.press("n")
    notes = opened.value
    expect(notes.locator(".notes .say")).to_contain_text(LESSON.steps[0].notes.split(".")[0])
    notes.get_by_text("These notes follow the slides").wait_for()
    page.keyboard.press("r")
    notes.get_by_role("button", name="Hide the answer").wait_for()
    # A key here walks there, and what is walked there is seen here.
    notes.keyboard.press("ArrowRight")
    slide(page, 2)
    notes.locator('.explorer-present[data-step="2"]').wait_for()
    assert violations(notes) == []
    notes.close()


def test_a_host_sees_the_room_beside_the_answers_and_brings_it_to_a_slide(page, server):
    open_page(page, server)
    page.get_by_role("button", name="Room").locator("visible=true").click()
    page.get_by_role("button", name="Open a room").click()
    page.wait_for_url(re.compile("room="))
    code = re.search("room=([A-Z0-9]+)", page.url).group(1)
    visit(page, server, f"{ADDRESS}&room={code}")
    shown = slide(page, 1)
    expect(shown.locator(".room")).to_contain_text(f"code {code}")
    expect(shown.locator(".people")).to_contain_text("0 people")
    expect(shown.locator(".tally")).to_have_text(["0"] * len(LESSON.steps[0].prediction.answers))
    readable(page)
    page.keyboard.press("a")
    expect(page.locator(".explorer-room")).to_have_attribute("data-calls", "1")
    page.keyboard.press("Escape")
    expect(page.locator(".explorer-present")).to_have_count(0)
    page.get_by_role("button", name="Room", exact=True).locator("visible=true").click()
    page.get_by_role("button", name="End the room for everybody").click()
    page.wait_for_url(lambda url: "room=" not in url)
