"""axe-core in a page that is open: what it finds there against WCAG 2.2, level AA."""

from __future__ import annotations

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# No colour is on its way to another any more.
SETTLED = "() => document.getAnimations().every(each => each.playState !== 'running')"

# The rule, where, and the colours, or what axe-core says of it.
FIND = """async runOnly => {
  const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'] });
  const colours = ({ fgColor, bgColor, contrastRatio }) => `${fgColor} on ${bgColor}, contrast ${contrastRatio}`;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, any, failureSummary }) => {
    const seen = any.map(({ data }) => data).find(data => data?.contrastRatio);
    return `${id}: ${target.flat().join(' ')}, ${html.slice(0, 120)}: ${seen ? colours(seen) : failureSummary}`;
  }));
}"""


# What another theme can change.
OF_COLOURS = ["color-contrast", "link-in-text-block"]


def violations(page: Page, rules: list[str] = WCAG) -> list[str]:
    """rules: tags, or single rules, by axe-core's names."""
    page.wait_for_function(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text())
    return page.evaluate(FIND, rules)
