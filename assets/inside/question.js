// A question to the server: one request at a time, and then only for what is wanted last.

/** @import { Question, Said } from "./gradient_types.d.ts" */

const AGAIN = 1500;

/** @type {Question["get"]} */
const overNet = (url) => fetch(url);
/** @type {Question["later"]} */
const aWhileLater = (again) => void setTimeout(again, AGAIN);

/** @type {(take: Question["take"], get?: Question["get"], later?: Question["later"]) => Question} */
export function newQuestion(take, get = overNet, later = aWhileLater) {
  return { take, get, later, wanted: null, last: null, busy: false };
}

// Nothing is asked twice in a row, unless it is wanted `again`. Without an address nothing is wanted any more.
/** @type {(question: Question, url: string | null, again?: boolean) => void} */
export function wantAnswer(question, url, again = false) {
  question.wanted = url;
  if (url === null || again) question.last = null;
  if (url !== null && !question.busy && url !== question.last) askServer(question, url);
}

/** @type {(question: Question, url: string) => Promise<void>} */
async function askServer(question, url) {
  Object.assign(question, { busy: true, last: url });
  const said = await saidBy(question, url);
  question.busy = false;
  if (question.wanted === null) return;
  if (question.wanted !== url) return wantAnswer(question, question.wanted);
  // Workers that are busy may have time in a moment.
  if (said.status === 503 || said.status === 0) {
    question.later(() => question.wanted === url && wantAnswer(question, url, true));
  }
  question.take(url, said);
}

/** @type {(question: Question, url: string) => Promise<Said>} */
async function saidBy(question, url) {
  try {
    const response = await question.get(url);
    const body = await response.json();
    const error = response.ok ? "" : String(body.error ?? "The server gave no answer.");
    return { status: response.status, body: response.ok ? body : null, error };
  } catch {
    return { status: 0, body: null, error: "The server cannot be reached. It is tried again." };
  }
}

// In the order in which the server names the kinds.
/** @type {(run: string, query: Record<string, string | number | null>) => string} */
export function gradientsUrl(run, query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== "");
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return `/gradients/${encodeURIComponent(run)}?${search}`;
}
