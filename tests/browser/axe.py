"""axe-core in a page that is open: what it finds there against WCAG 2.2, level AA."""

from __future__ import annotations

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What another theme can change.
OF_COLOURS = ["color-contrast", "link-in-text-block"]

# No colour is on its way to another any more.
SETTLED = "() => document.getAnimations().every(each => each.playState !== 'running')"

# The contrast of words is most of what axe-core works on, and most words of a state were there in the one before. So it is
# asked only for those that look as none did before in this page, and for two of those that look alike. What decides is the
# kind and the style of an element, what all that it stands in paints, what lies over or under it besides, whether it has
# letters, and whether it is within the window. Of what is covered in part, this holds at that very place alone.
PREPARE = """() => {
  axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-asked]' }] });
  const PAINTED = { backgroundColor: 'rgba(0, 0, 0, 0)', backgroundImage: 'none', opacity: '1', filter: 'none',
    mixBlendMode: 'normal' };
  const WRITTEN = ['color', 'fontSize', 'fontWeight', 'textShadow'];
  const ALIKE = 2;
  const numbers = new Map();
  const number = words => numbers.get(words) ?? numbers.set(words, numbers.size).get(words);
  const own = node => [...node.childNodes].map(each => each.nodeType === Node.TEXT_NODE ? each.data.trim() : '').join('');
  const isSeen = node => (own(node) || node.matches('input, select, textarea')) &&
    node.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  function looks() {
    const found = new Map();
    // What an element and all that it stands in paint; most paint nothing, and are as what they stand in.
    const ground = node => {
      if (!node) return '';
      if (!found.has(node)) {
        const style = getComputedStyle(node);
        const disabled = node.matches(':disabled, [aria-disabled=true]') || node.control?.disabled;
        const paints = disabled || Object.entries(PAINTED).some(([each, nothing]) => style[each] !== nothing);
        const parts = [ground(node.parentElement), disabled, ...Object.keys(PAINTED).map(each => style[each])];
        found.set(node, paints ? number(parts.join()) : ground(node.parentElement));
      }
      return found.get(node);
    };
    const written = node => {
      const style = getComputedStyle(node);
      return [node.tagName, node.getAttribute('class'), ...WRITTEN.map(each => style[each])].join();
    };
    return [...document.querySelectorAll('body *')].filter(isSeen).map(node => {
      const { x, y, width, height } = node.getBoundingClientRect();
      const besides = document.elementsFromPoint(x + width / 2, y + height / 2).filter(each => !each.contains(node));
      const letters = own(node).length > 1 && (/[\\p{L}\\p{N}]/u.test(own(node)) || own(node));
      const within = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
      const look = number([written(node), ground(node), besides.map(ground), letters, within].join(';'));
      return { node, look, placed: `${look} at ${x}, ${y}` };
    });
  }

  const known = new Set();
  window.violations = async runOnly => {
    const fresh = looks().filter(({ look, placed }) => !known.has(look) && !known.has(placed));
    const asked = Object.values(Object.groupBy(fresh, ({ look }) => look)).flatMap(alike => alike.slice(0, ALIKE));
    for (const { node } of asked) node.dataset.asked = '';
    const resultTypes = ['violations', 'incomplete'];
    const { violations, incomplete } = await axe.run({ runOnly, resultTypes, elementRef: true, preload: false });
    for (const { node } of asked) delete node.dataset.asked;
    const covered = new Set(incomplete.flatMap(({ nodes }) => nodes)
      .filter(({ any }) => any[0]?.data?.messageKey?.startsWith('elm')).map(({ element }) => element));
    for (const { node, look, placed } of asked) known.add(covered.has(node) ? placed : look);
    return violations;
  };
}"""

# The rule, where, and the colours, or what axe-core says of it.
FIND = """async runOnly => {
  const colours = ({ fgColor, bgColor, contrastRatio }) => `${fgColor} on ${bgColor}, contrast ${contrastRatio}`;
  return (await violations(runOnly)).flatMap(({ id, nodes }) => nodes.map(({ target, html, any, failureSummary }) => {
    const seen = any.map(({ data }) => data).find(data => data?.contrastRatio);
    return `${id}: ${target.flat().join(' ')}, ${html.slice(0, 120)}: ${seen ? colours(seen) : failureSummary}`;
  }));
}"""


def violations(page: Page, rules: list[str] = WCAG) -> list[str]:
    """rules: tags, or single rules, by axe-core's names."""
    page.wait_for_function(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text())
        page.evaluate(PREPARE)
    return page.evaluate(FIND, rules)
