"""Every page and view in both themes, by axe-core, against WCAG 2.2 AA; and what the keyboard does there."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from explorer.catalog import ARCHITECTURES, TASKS
from tests.browser.axe import OF_COLOURS, WCAG, violations
from tests.browser.conftest import PATIENCE
from tests.browser.test_layout import view
from tests.browser.test_page import SMALL, layer, open_page, panel, press
from tests.browser.window import appearances, visit

expect.set_options(timeout=PATIENCE)

PHONE = (375, 812)

# What the keyboard is at, and whether that, or what holds a field that is drawn otherwise, has a ring of 2 px.
AT = """() => {
  const ringed = node => {
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  const at = document.activeElement;
  // The field of the editor is as high as its text: the box has the ring.
  const rings = [at, at.parentElement, at.closest('.explorer-editor .box')].filter(Boolean);
  return at === document.body ? null : [at.outerHTML.slice(0, 200), rings.some(ringed)];
}"""


class Looks:
    """What was found wherever somebody looked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, list[str]] = {}

    def look(self, where: str, size: tuple[int, int] = (1280, 800)) -> None:
        for scheme, _ in appearances(self.page, size):
            if size == PHONE:
                self.page.locator('.explorer-chain[data-kind="list"]').wait_for()
            if found := violations(self.page, WCAG if scheme == "light" else OF_COLOURS):
                self.found[f"{where}, {scheme}"] = found


def test_no_view_of_explore_breaks_wcag(page, server):
    at = Looks(page)
    open_page(page, server)
    layer(page, "memory").locator(".box").click()
    page.locator("[data-why] figure.inside").wait_for()
    page.locator("[data-why] .term-button").first.focus()
    page.locator(".st-key-train button").hover()
    at.look("an opened layer with an opened help")
    for name, drawn in (("Unrolled", "svg.unrolled-drawing"), ("Compare", ".st-key-chain_compared .box"), ("Code", "code")):
        view(page, name)
        page.locator(drawn).first.wait_for()
        if name == "Unrolled":
            page.get_by_role("button", name="Walk through time").click()
            page.get_by_role("button", name="Pause").click()
            page.locator(".unrolled-drawing .cell").first.click()
            page.locator(".walk-pins li").first.wait_for()
        at.look(name)
    visit(page, server, "/?view=quiz&quiz_seed=7")
    page.locator(".st-key-quiz_choice input").first.wait_for()
    at.look("Quiz")
    page.locator(".st-key-quiz_choice input").first.press("Space")
    press(page, "quiz_answer")
    page.locator(".st-key-quiz_panel [data-testid=stAlert]").first.wait_for()
    at.look("Quiz after an answer")
    open_page(page, server, SMALL + "&epochs=12&seed=9")
    press(page, "train")
    expect(panel(page)).to_have_attribute("data-state", "done")
    page.locator("[data-story] li").first.wait_for()
    page.get_by_text("64 samples").click()
    page.locator(".st-key-seed input").wait_for()
    page.locator(".st-key-view [data-testid=stTooltipHoverTarget]").hover()
    page.get_by_test_id("stTooltipContent").wait_for()
    at.look("after a run, with open settings and Streamlit's own help")
    page.mouse.move(0, 0)
    slow_motion_goes_through_its_phases_by_the_keyboard(page)
    at.look("a batch in slow motion")
    # What a lecture's link leaves, and the dialogue that makes such a link.
    visit(page, server, "/?fix=timesteps,task,delay&hide=presets,seed&layer=answer")
    expect(page.locator('[data-layer="answer"] .box')).to_have_attribute("aria-expanded", "true")
    at.look("with settings that the link fixes")
    page.get_by_role("button", name="Share").locator("visible=true").click()
    page.get_by_role("img", name="QR code of the link").last.wait_for()
    at.look("Share")
    at.look("Share, on a phone", PHONE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # A size that is fixed has its reason in a caption, and a run that must not start in the bar; the rest is folded.
    visit(page, server, "/?task=adding_problem&timesteps=200&units=256&samples=4096&epochs=500&features=9&seed=x")
    page.locator(".transport .refusal").wait_for()
    page.locator(".explorer-notice summary").wait_for()
    at.look("a phone, with wrong values and a run that must not start", PHONE)
    assert at.found == {}


def slow_motion_goes_through_its_phases_by_the_keyboard(page: Page) -> None:
    """Of a run of `SMALL` that has ended; it is left in the backward phase."""
    view(page, "Unrolled")
    # With motion it plays by itself.
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Slow motion", exact=True).press("Enter")
    sentence, place = page.locator(".slow-sentence"), page.locator(".walk-place")
    expect(sentence).to_contain_text("Forward: 16 sequences go through the model. “memory” reads from timestep 1 to 8;")
    moment = page.get_by_role("slider", name="Moment of the batch")
    for words in (
        "Loss: 0.",
        "Backward: the gradient goes from the loss back",
        "Update: Adam works out a step",
    ):
        moment.press("PageDown")
        expect(sentence).to_contain_text(words)
    expect(page.locator(".slow-changes li")).to_have_text([re.compile(r"^memory[\d.]+%$"), re.compile(r"^answer[\d.]+%$")])
    moment.press("PageUp")
    expect(place).to_have_text(re.compile(r"^epoch 12, batch 1 of 4: backward, timestep (\d+) of \1$"))
    moment.press("ArrowRight")
    expect(page.locator(".slow-bar.gradient:not(.ahead)")).to_have_count(2)
    expect(page.locator(".slow-strength")).to_have_count(2)
    page.emulate_media(reduced_motion="no-preference")


def test_nothing_of_paste_breaks_wcag(page, server):
    at = Looks(page)
    visit(page, server, "/paste?example=memory_thrown_away")
    page.locator(".st-key-keras_0 code").wait_for()
    page.locator("[data-editor] [data-problem]").wait_for()
    at.look("an error that is open")
    at.look("an error that is open, on a phone", PHONE)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".st-key-error_box summary").press("Enter")
    page.get_by_label("Error message of Keras").fill("ValueError: expected ndim=3, found ndim=2")
    press(page, "error_find")
    page.locator(".st-key-error_cause_2").wait_for()
    at.look("an error that was found")
    at.look("an error that was found, on a phone", PHONE)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".st-key-error_box summary").press("Enter")
    page.locator(".st-key-error_cause_2").wait_for(state="hidden")
    press(page, "apply_0_0")
    page.get_by_text("No problems found.").wait_for()
    expect(page.locator(".st-key-train button")).to_be_enabled()
    at.look("code that holds")
    visit(page, server, "/error")
    page.get_by_label("Error message of Keras").fill("ValueError: expected ndim=3, found ndim=2")
    press(page, "error_find")
    page.locator(".st-key-error_cause_2").wait_for()
    at.look("Find my error")
    page.locator(".st-key-error_example_1 button").click()
    page.wait_for_url(re.compile(r"/paste\?example="))
    assert at.found == {}


def test_no_lesson_breaks_wcag(page, server):
    at = Looks(page)
    visit(page, server, "/lessons")
    page.locator("[data-lesson]").first.wait_for()
    at.look("the list of lessons")
    page.set_viewport_size({"width": 1280, "height": 800})
    visit(page, server, "/?lesson=return_sequences&step=1")
    choices = page.locator(".st-key-lesson_body input[type=radio]")
    expect(choices).to_have_count(3)
    at.look("a question of a lesson")
    at.look("a question of a lesson, on a phone", PHONE)
    choices.first.press("Space")
    expect(page.locator(".st-key-lesson_answer button")).to_be_enabled()
    press(page, "lesson_answer")
    page.locator(".st-key-lesson_task").wait_for()
    at.look("an answer of a lesson, on a phone", PHONE)
    page.set_viewport_size({"width": 1280, "height": 800})
    at.look("an answer of a lesson")
    visit(page, server, "/paste?lesson=reading_errors&step=2")
    expect(choices).to_have_count(3)
    at.look("a question about code")
    assert at.found == {}


def test_who_can_is_a_table_that_the_keyboard_walks_and_a_cell_opens_its_experiment(page, server):
    at = Looks(page)
    visit(page, server, "/who")
    table, detail = page.get_by_role("table", name=re.compile("as bad as")), page.locator(".explorer-who .detail")
    expect(table.get_by_role("row")).to_have_count(1 + len(ARCHITECTURES))
    expect(table.get_by_role("columnheader")).to_have_count(1 + len(TASKS))
    at.look("Who can?")
    # Without a chain, for which a look on PHONE waits.
    at.look("Who can?, on a narrow phone", (360, 780))
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator('[data-pair="dense_every_step delayed_echo"] a')).to_have_attribute("data-level", "4")
    # Of all cells Tab reaches one.
    expect(table.locator('[tabindex="0"]')).to_have_count(1)
    table.locator('[tabindex="0"]').focus()
    expect(detail).to_contain_text("the baseline “without memory”")
    page.keyboard.press("End")
    expect(detail).to_contain_text("It does not fit: the task")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    opened = page.locator(".explorer-who a:focus")
    wanted = page.evaluate("link => new URL(link.href).search", opened.element_handle())
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(f"/{wanted}")))
    expect(page.locator(".st-key-task input")).to_have_value(TASKS[wanted.partition("task=")[2].partition("&")[0]].title)
    # What only one of them can: its state is drawn as one line over the batches.
    visit(page, server, "/?architecture=stateful_gru&task=long_sum&layer=memory")
    page.locator('figure.inside[data-kind="carried"]').wait_for()
    expect(page.locator("figure.inside svg")).to_have_attribute(
        "aria-label", re.compile("over 8 batches, reset before the first")
    )
    at.look("a state across batches")
    assert at.found == {}


def unringed(page: Page) -> tuple[int, list[str]]:
    """How many stops Tab makes from the beginning of the page to its end, and at which of them no ring is seen."""
    # The first of all, wherever the keyboard was before.
    page.get_by_test_id("stSkipToContent").focus()
    stops = []
    for _ in range(100):
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if at is None:
            break
        stops.append(at)
    return len(stops), [html for html, ringed in stops if not ringed]


def test_whatever_the_keyboard_is_at_has_a_ring(page, server):
    open_page(page, server)
    for _ in appearances(page, (1280, 800)):
        stops, bare = unringed(page)
        assert stops > 30
        assert bare == []
    visit(page, server, "/paste?example=memory_thrown_away")
    page.locator(".st-key-keras_0 code").wait_for()
    stops, bare = unringed(page)
    assert stops > 10
    assert bare == []


def test_helps_open_by_the_keyboard_and_close_by_escape(page, server):
    open_page(page, server)
    said = page.get_by_test_id("stTooltipContent")
    page.mouse.move(0, 0)
    page.get_by_role("button", name="Help for timesteps").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    said.wait_for()
    page.keyboard.press("Escape")
    expect(said).to_have_count(0)
    # A word's meaning likewise, without closing the layer that it stands in.
    layer(page, "memory").locator(".box").click()
    word = page.locator("[data-why] .term").first
    meaning = "word => getComputedStyle(word, '::after').content"
    word.focus()
    assert word.evaluate(meaning).strip('"') == word.get_attribute("data-meaning")
    page.keyboard.press("Escape")
    assert word.evaluate(meaning) == "none"
    page.locator("[data-why]").first.wait_for()
    page.keyboard.press("Tab")
    word.focus()
    assert word.evaluate(meaning) != "none"


def test_on_a_phone_the_page_that_is_open_is_bold_and_no_link(page, server):
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    open_page(page, server)
    shown = page.locator(".st-key-pages a p").locator("visible=true")
    expect(shown).to_have_text(["Explore", "Paste", "Lessons", "Who can?", "Find my error"])
    weights = shown.evaluate_all("all => all.map((each) => Number(getComputedStyle(each).fontWeight))")
    assert weights[0] > weights[1]
    shown.nth(1).click()
    page.wait_for_url(re.compile("/paste"))
