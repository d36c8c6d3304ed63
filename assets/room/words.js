// What is said of a room, in words.

/** @type {(people: number) => string} */
export function peopleInWords(people) {
  return people === 1 ? "1 person" : `${people} people`;
}

/** @type {(answered: number, people: number) => string} */
export function answersInWords(answered, people) {
  const verb = answered === 1 ? "has" : "have";
  return `${answered} ${verb} answered, ${peopleInWords(people)} in the room`;
}

/** The part of the answers that chose something, from 0 to 1. @type {(count: number, answered: number) => number} */
export function part(count, answered) {
  return answered > 0 ? Math.min(1, count / answered) : 0;
}

/** A tally as one sentence. @type {(choices: string[], counts: number[]) => string} */
export function tallyInWords(choices, counts) {
  return `${choices.map((choice, place) => `${choice}: ${counts[place] ?? 0}`).join(". ")}.`;
}
