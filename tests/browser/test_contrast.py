"""Words of Streamlit's own that are hard to read unless the theme and page.css help: at least 4.5 of contrast (WCAG)."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_page import open_page

PHONE = {"width": 375, "height": 800}

# The colour of words and of what is behind them, each seen through whatever is transparent.
COLOURS = """(words, ground) => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const mix = ([r, g, b, a = 1], under) => [r, g, b].map((each, place) => each * a + under[place] * (1 - a));
  const around = (element) => element ? [...around(element.parentElement), element] : [];
  const behind = around(ground ? words.closest(ground) : words);
  const back = behind.reduce((under, each) => mix(parts(getComputedStyle(each).backgroundColor), under), [255, 255, 255]);
  const opacity = around(words).reduce((product, each) => product * Number(getComputedStyle(each).opacity), 1);
  const [r, g, b, a = 1] = parts(getComputedStyle(words).color);
  return [mix([r, g, b, a * opacity], back), back];
}"""


# No colour is on its way to another any more.
SETTLED = "() => document.getAnimations().every((each) => each.playState !== 'running')"


def contrast(words: Locator, ground: str = "") -> float:
    """By https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. ground: what the words are on, unless it is what holds them."""

    def luminance(color: list[float]) -> float:
        parts = [each / 255 for each in color]
        red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted(luminance(color) for color in words.evaluate(COLOURS, ground or None))
    return (light + 0.05) / (dark + 0.05)


def test_words_stand_out(page, server):
    page.set_viewport_size(PHONE)
    # A size that is fixed has its reason in a caption.
    open_page(page, server, "task=adding_problem")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-explorer-theme", scheme)
        found = contrasts(page)
        assert {name: round(ratio, 1) for name, ratio in found.items() if ratio < 4.5} == {}, scheme


def contrasts(page: Page) -> dict[str, float]:
    page.mouse.move(0, 0)
    page.wait_for_function(SETTLED)
    found = {
        "the page that is open": contrast(page.locator(".st-key-pages a[disabled] p").locator("visible=true")),
        "another page": contrast(page.locator(".st-key-pages a:not([disabled]) p").locator("visible=true")),
        "the main button": contrast(page.locator(".st-key-train button span")),
        "a caption": contrast(page.get_by_test_id("stCaptionContainer").locator("p").first),
        "the line of the task": contrast(page.locator(".explorer-head p").last),
        "the name of an input": contrast(page.locator(".explorer-head b.features").first),
        "the name of the target": contrast(page.locator(".explorer-head b.outputs").first),
        "a chosen view": contrast(page.get_by_role("radio", name="Chain").locator("p")),
        "a slider": contrast(page.get_by_test_id("stSliderThumbValue").first, '[data-testid="stSidebar"]'),
    }
    page.locator(".st-key-train button").hover()
    page.wait_for_function(SETTLED)
    found["the main button under the pointer"] = contrast(page.locator(".st-key-train button span"))
    return found


def test_on_a_phone_the_page_that_is_open_is_bold_and_no_link(page, server):
    page.set_viewport_size(PHONE)
    open_page(page, server)
    shown = page.locator(".st-key-pages a p").locator("visible=true")
    expect(shown).to_have_text(["Explore", "Paste"])
    weights = shown.evaluate_all("all => all.map((each) => Number(getComputedStyle(each).fontWeight))")
    assert weights[0] > weights[1]
    shown.nth(1).click()
    expect(page).to_have_url(re.compile("/paste"))
