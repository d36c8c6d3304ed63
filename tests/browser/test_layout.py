"""What fits where: the whole page in a window, words that can be read, and nothing that jumps."""

from __future__ import annotations

import os

from playwright.sync_api import Page, expect

from explorer.catalog import ARCHITECTURES
from tests.browser.overlap import FOUND, overlapping
from tests.browser.test_page import at_speed, layer, open_page, panel, press, slide, wait_for_epoch

# What is to be seen at once, with the words of the run below.
SEEN = ".explorer-head, .st-key-view, .transport, [data-chart=loss], [data-chart=error], [data-chart=outputs], .narration"
# How far the page can be scrolled, and what of these, of the tensors and of the boxes is not seen whole.
HIDDEN_PARTS = """seen => {
  const main = document.querySelector('[data-testid=stMain]');
  const bottom = document.querySelector('.transport').getBoundingClientRect().top;
  const beyond = (parts, edge) => [...document.querySelectorAll(parts)]
    .filter(part => part.getBoundingClientRect().height && part.getBoundingClientRect().bottom > edge + 1)
    .map(part => part.outerHTML.slice(0, 80));
  const over = main.scrollHeight - main.clientHeight;
  const chain = '.explorer-chain :is(.shape, .tensor, .box, .params)';
  return [...(over > 0 ? [`${over} px too high`] : []), ...beyond(seen, window.innerHeight), ...beyond(chain, bottom)];
}"""

# Words whose size on the screen is below 12 px: an SVG may be scaled, and so may the page.
SMALL_WORDS = """() => {
  const small = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('script, style, noscript')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { width, height } = range.getBoundingClientRect();
    // What only a screen reader is told has a pixel at most.
    if (width < 2 || height < 2 || getComputedStyle(parent).visibility === 'hidden') continue;
    const matrix = parent instanceof SVGGraphicsElement ? parent.getScreenCTM() : null;
    const scale = matrix ? Math.hypot(matrix.c, matrix.d) : (parent.currentCSSZoom ?? 1);
    const size = scale * parseFloat(getComputedStyle(parent).fontSize);
    if (size < 11.95) small.add(`${node.textContent.trim().slice(0, 40)}: ${size.toFixed(1)} px`);
  }
  return [...small];
}"""

# What moves by itself, whoever has pressed something before. An observer tells of a shift after the frame that has it.
WATCH = """() => {
  window.moved = [];
  window.watching?.disconnect();
  window.watching = new PerformanceObserver(list => {
    for (const { value, sources } of list.getEntries()) {
      const parts = sources.map(({ node, previousRect: was, currentRect: is }) => {
        const element = node instanceof Element ? node : node?.parentElement;
        return `${element?.outerHTML.slice(0, 60)}: ${was.x},${was.y} to ${is.x},${is.y}`;
      });
      // The head of a wire, which goes where a tensor becomes larger, has no element: no part of the window to speak of.
      if (value > (sources.length ? 0.0001 : 0.001)) window.moved.push(`${value.toFixed(4)} ${parts.join('; ')}`);
    }
  });
  window.watching.observe({ type: 'layout-shift' });
}"""
MOVED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  // It is told in a task after the frame.
  await new Promise(done => setTimeout(done, 50));
  return window.moved;
}"""
PLACES = """() => ['.explorer-head h1', '.st-key-view', '.st-key-presets', '.transport', '.card.course',
  '[data-chart=outputs]', '.narration', '[data-testid=stSidebar]'].map(place => {
    const { x, y, width, height } = document.querySelector(place).getBoundingClientRect();
    return [place, x, y, width, height].join(' ');
  })"""


# Their boxes or their tensors leave no room for sentences: each is told where its layer is opened.
CROWDED = ("seq2seq_with_state", "gru_attention_pooling", "transformer_encoder", "frames_gru")
LONGER_THAN_THE_PAGE = ("transformer_encoder",)
# One of each kind of drawing: a long chain, two beside each other, windows, words, attention, a convolution, two parts, what
# is crowded, and the plainest. `make soak-pairs` takes all.
DRAWN = (
    *("stacked_gru", "two_streams", "windows_gru", "document_gru", "self_attention", "causal_convolution"),
    *("encoder_decoder", *CROWDED, "gru_every_step"),
)

# What is opened to read its words, of one of each kind of drawing.
OPENED = {
    "gru_every_step": ("memory", "answer"),
    "windows_gru": ("memory", "average"),
    "two_streams": ("memory", "merged"),
    "self_attention": ("attention",),
    "encoder_decoder": ("encoder", "repeated"),
    "causal_convolution": ("",),
}


def view(page: Page, name: str) -> None:
    choice = page.get_by_role("radio", name=name).locator("visible=true").first
    choice.click()
    expect(choice).to_be_checked()


class Words:
    """Those that are too small, wherever somebody looked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.small: dict[str, list[str]] = {}

    def look(self, where: str) -> None:
        if small := self.page.evaluate(SMALL_WORDS):
            self.small[where] = small


def open_and_read(page: Page, words: Words, name: str) -> None:
    """The layers of an architecture that is shown, and how it is unrolled."""
    for each in OPENED[name]:
        opened = layer(page, each) if each else page.locator(".layer[data-layer]").first
        opened.locator(".box").click()
        page.locator("[data-why] figure.inside, [data-why]").first.wait_for()
        words.look(f"{name}: {each}")
    view(page, "Unrolled")
    page.locator("svg.unrolled-drawing").wait_for()
    words.look(f"{name}: unrolled")


def test_every_kind_of_architecture_fits_the_window_in_words_of_12_pixels(page, server):
    words = Words(page)
    for name in ARCHITECTURES if os.environ.get("PAIRS") == "all" else DRAWN:
        open_page(page, server, f"architecture={name}")
        page.locator(".explorer-chain .layer").first.wait_for()
        assert page.evaluate(HIDDEN_PARTS, SEEN) == [], name
        assert overlapping(page) == [], name
        # What each layer does is said, unless the tensors need the room; and hardly a chain is to be moved aside.
        said = 0 if name in CROWDED else page.locator(".layer").count()
        expect(page.locator(".layer .short:visible")).to_have_count(said)
        expect(page.locator(".explorer-chain .zoom")).to_be_visible(visible=name in LONGER_THAN_THE_PAGE)
        words.look(name)
        if name in OPENED:
            open_and_read(page, words, name)
    assert words.small == {}


def test_a_run_fits_windows_of_three_sizes(page, server):
    open_page(page, server, "epochs=20")
    press(page, "train")
    page.locator("[data-story] li").first.wait_for()
    expect(panel(page)).to_have_attribute("data-state", "done")
    for width, height in ((1280, 800), (1440, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"seen => !({HIDDEN_PARTS})(seen).length", arg=SEEN)
        page.wait_for_function(f"() => !({FOUND})().length")


def test_no_view_has_words_that_are_smaller_than_12_pixels(page, server):
    words = Words(page)
    open_page(page, server, "epochs=20")
    for other, drawn in (("Compare", ".st-key-chain_compared .box"), ("Code", "code"), ("Quiz", ".st-key-quiz_choice")):
        view(page, other)
        page.locator(drawn).first.wait_for()
        words.look(other)
    view(page, "Chain")
    page.set_viewport_size({"width": 375, "height": 812})
    page.locator('.explorer-chain[data-kind="list"]').wait_for()
    words.look("a phone")
    arrow = page.get_by_test_id("stExpandSidebarButton")
    assert arrow.evaluate("node => getComputedStyle(node, '::after').content") == '"Settings"'
    assert words.small == {}


# Whether the first button of those that concern the whole page lies under the settings that have been opened over it.
COVERED = """() => {
  const button = [...document.querySelectorAll('.st-key-share_buttons button')].find(each => each.offsetWidth);
  const { x, y, height } = button.getBoundingClientRect();
  return document.querySelector('[data-testid="stSidebar"]').contains(document.elementFromPoint(x + 10, y + height / 2));
}"""


def test_on_a_phone_the_settings_lie_over_the_page(visitor, server):
    # A page of its own, and nothing is left for others: whether the settings are open is kept once it was chosen by hand.
    phone = visitor.new_page()
    phone.set_viewport_size({"width": 375, "height": 812})
    phone.goto(f"{server.url}/")
    phone.locator(".st-key-share_buttons button").locator("visible=true").first.wait_for()
    assert not phone.evaluate(COVERED)
    kept = phone.evaluate("({ ...localStorage })")
    phone.get_by_test_id("stExpandSidebarButton").click()
    phone.wait_for_function(COVERED)
    phone.evaluate("kept => { localStorage.clear(); Object.assign(localStorage, kept); }", kept)
    phone.close()


def test_nothing_jumps_on_any_slider_view_or_state_of_the_run(page, server):
    open_page(page, server, "samples=64&batch=16&epochs=30&seed=12")
    page.evaluate(WATCH)
    before = page.evaluate(PLACES)

    def unmoved(what: str) -> None:
        assert "\n".join(page.evaluate(MOVED)) == "", what
        assert page.evaluate(PLACES) == before, what

    for key in ("timesteps", "features", "units", "epochs"):
        slide(page, key, 1)
        unmoved(key)
    views = {"Unrolled": "svg.unrolled-drawing", "Code": ".st-key-code_of_model code"}
    for name, drawn in {**views, "Compare": ".st-key-chain_compared .box", "Chain": ".st-key-chain_place .box"}.items():
        view(page, name)
        page.locator(drawn).first.wait_for()
        assert page.evaluate(PLACES) == before, name
    page.evaluate("window.moved = []")
    press(page, "train")
    wait_for_epoch(page, 2)
    press(page, "pause")
    expect(page.locator(".st-key-resume button, .st-key-play button").first).to_be_enabled()
    unmoved("paused")
    at_speed(page, "max")
    page.locator(".st-key-resume button, .st-key-play button").first.click()
    expect(panel(page)).to_have_attribute("data-state", "done")
    page.locator("[data-story] li").first.wait_for()
    expect(page.locator(".st-key-more button")).to_be_enabled()
    unmoved("done")


def test_a_large_window_shows_the_sidebar_larger_too_and_reads_charts_where_the_pointer_is(page, server):
    page.set_viewport_size({"width": 1920, "height": 1080})
    open_page(page, server, "epochs=20")
    page.locator("[data-chart=outputs] svg .ring").nth(9).hover()
    read = page.locator("[data-chart=outputs] .read")
    expect(read).to_contain_text("timestep 10")
    layer(page, "answer").locator(".box").hover()
    tip, box = page.locator(".explorer-chain .tip"), layer(page, "answer").locator(".box")
    tip.wait_for()
    middles = [each["x"] + each["width"] / 2 for each in (tip.bounding_box(), box.bounding_box())]
    assert abs(middles[0] - middles[1]) < 2
    assert page.locator(".st-key-timesteps").evaluate("each => each.currentCSSZoom") == 1.25
    main, sidebar = (page.get_by_test_id(name).bounding_box() for name in ("stMain", "stSidebar"))
    assert (sidebar["width"], main["x"]) == (320, 320)
    page.mouse.move(0, 0)
