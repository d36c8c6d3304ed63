"""A page that is open once: at other addresses, at several sizes of the window and in both themes."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, TimeoutError

from bench.application import Application

# Closes what is open in the chain, scrolls to the top, gives the page another address, as "back" does, and returns once its
# script has run. The page leaves an empty run out of its address again, and one that there is not: by that it is seen that
# it has read it.
VISIT = """async address => {
  const soon = () => new Promise(done => setTimeout(done, 20));
  const rest = async () => {
    const app = document.querySelector('[data-testid=stApp]');
    while (app.dataset.testScriptState !== 'notRunning') await soon();
  };
  await rest();
  document.querySelectorAll('.explorer-chain [aria-expanded=true]').forEach(each => each.click());
  document.querySelector('[data-testid=stMain]').scrollTo(0, 0);
  history.pushState({}, '', address.includes('run=') ? address : `${address}&run=`);
  const asked = location.href;
  dispatchEvent(new PopStateEvent('popstate'));
  while (location.href === asked) await soon();
  await soon();
  await rest();
}"""

# Which of these reach over the left or the right edge of the window, and whether the page can be scrolled sideways.
# A sidebar that is folded away lies beside the window, as it should.
BESIDE = """boxes => {
  const beside = [...document.querySelectorAll(boxes)].filter(node => {
    // Of a sidebar that has slid away Streamlit does not always say that it is closed.
    if (node.closest('[data-testid=stSidebar]')?.getBoundingClientRect().right <= 0) return false;
    const box = node.getBoundingClientRect();
    return box.width > 0 && (box.left < -1 || box.right > window.innerWidth + 1);
  });
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  return [...beside.map(node => node.outerHTML.slice(0, 120)), ...(wide > 0 ? [`${wide} px too wide`] : [])];
}"""


def visit(page: Page, server: Application, address: str) -> None:
    """Go to an address of the server: within a page that is open there, else by opening it.

    By opening it also where it has no parameters: by those it is seen that the page has read it.
    """
    if page.url.startswith(f"{server.url}/") and (address == "/" or "?" in address):
        page.evaluate(VISIT, address)
    else:
        page.goto(server.url + address)


def appearances(page: Page, *sizes: tuple[int, int]) -> Iterator[tuple[str, int]]:
    """The open page in the light and in the dark theme, at each of the sizes, (width, height): the theme and the width.

    It begins with the theme that is there, as another one draws the whole page anew.
    """
    is_dark = page.locator("html").get_attribute("data-explorer-theme") == "dark"
    for scheme in ("dark", "light") if is_dark else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.locator(f"html[data-explorer-theme={scheme}]").wait_for(state="attached")
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            yield scheme, width


def nothing_lies_beside_the_window(page: Page, boxes: str) -> None:
    """boxes: a CSS selector. Drawings follow the window's size a moment later, and a sidebar slides away."""
    try:
        page.wait_for_function(f"boxes => ({BESIDE})(boxes).length === 0", arg=boxes)
    except TimeoutError:
        raise AssertionError(page.evaluate(BESIDE, boxes)) from None
