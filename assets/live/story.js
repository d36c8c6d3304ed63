// What is said of a run: sentences that are true from an epoch on, until others are.

/** @import { Story } from "./types.d.ts" */

// Stories come in order; after a lost connection they come again.
/** @type {(stories: Story[], story: Story) => void} */
export function takeStory(stories, story) {
  if (story.epoch > (stories.at(-1)?.epoch ?? 0)) stories.push(story);
}

/** @type {(stories: Story[], shown: number) => string[]} */
export function sentencesAt(stories, shown) {
  return stories.findLast(({ epoch }) => epoch <= shown)?.sentences ?? [];
}
