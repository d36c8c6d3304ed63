"""Words of the chain that lie on each other, or that reach out of their box or out of the picture."""

from __future__ import annotations

from playwright.sync_api import Page

# A part of words is as large as its lines are; a letter's own ground may reach a few pixels into the next line.
FOUND = """() => {
  const owners = '.shape, .title, .name, .short, .port, .reads, .params, .arithmetic, .change, .tensor text, ' +
    '.block-words, .block-times';
  const found = [];
  for (const chain of document.querySelectorAll('.explorer-chain')) {
    const walker = document.createTreeWalker(chain, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const owner = node.parentElement.closest(owners);
      if (!owner || !node.data.trim()) continue;
      if (!owner.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) if (rect.width > 1) found.push({ owner, rect, words: node.data.trim() });
    }
  }
  const wrong = [];
  found.forEach(({ owner, rect, words }, index) => {
    for (const other of found.slice(index + 1)) {
      if (owner === other.owner) continue;
      const wide = Math.min(rect.right, other.rect.right) - Math.max(rect.left, other.rect.left);
      const high = Math.min(rect.bottom, other.rect.bottom) - Math.max(rect.top, other.rect.top);
      if (wide > 1 && high > 4) wrong.push(`“${words}” lies on “${other.words}”`);
    }
    const box = owner.closest('.box')?.getBoundingClientRect();
    if (box && (rect.left < box.left || rect.right > box.right || rect.top < box.top || rect.bottom > box.bottom))
      wrong.push(`“${words}” reaches out of its box`);
    const stage = owner.closest('.stage')?.getBoundingClientRect();
    if (stage && (rect.left < stage.left - 1 || rect.right > stage.right + 1 || rect.bottom > stage.bottom + 1))
      wrong.push(`“${words}” is cut`);
  });
  return wrong;
}"""


def overlapping(page: Page) -> list[str]:
    found: list[str] = page.evaluate(FOUND)
    return found
