"""Take README's pictures of the real page: `make pictures` writes assets/explore.png, explore-phone.png and why.png."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.real_page import ASSETS, browser, open_page, server

# The loss has fallen most of its way.
EPOCH = 10
SHOWS = "document.querySelector('[data-live]').dataset.shown"


def trained(page: Page, epoch: int) -> None:
    """Train to the end, and go back to an epoch."""
    page.locator(".st-key-train button").click()
    page.locator("[data-live][data-state=done]").wait_for()
    page.locator("[data-scrub]").fill(str(epoch))
    page.wait_for_function(f"{SHOWS} === '{epoch}'")
    page.locator("h1").first.click()
    page.wait_for_timeout(1500)


def main() -> None:
    with server() as url, browser() as chromium:
        page = open_page(chromium, url, 1280, 1000)
        trained(page, EPOCH)
        page.screenshot(path=ASSETS / "explore.png")
        page = open_page(chromium, url, 375, 800, "dark")
        page.screenshot(path=ASSETS / "explore-phone.png")
        page = open_page(chromium, url, 1180, 1600)
        page.locator('[data-layer="memory"] .box').first.click()
        page.locator(".why").first.wait_for()
        page.wait_for_timeout(1500)
        page.locator(".why").first.screenshot(path=ASSETS / "why.png")


if __name__ == "__main__":
    main()
