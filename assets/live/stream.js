// The connection to a run's live route. A broken one is opened anew, after ever longer waits, from the last epoch held.

/** @import { Listener, Stream } from "./types.d.ts" */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

/** @type {() => Stream} */
export function newStream() {
  return { source: null, timer: 0, wait: FIRST_WAIT, ended: false };
}

/** @type {(stream: Stream, url: string, listener: Listener) => void} */
export function connect(stream, url, { after, on, lost }) {
  disconnect(stream);
  stream.ended = false;
  const epoch = after();
  const source = new EventSource(epoch ? `${url}${url.includes("?") ? "&" : "?"}after=${epoch}` : url);
  stream.source = source;
  for (const name of /** @type {const} */ (["state", "frames", "narration"])) {
    source.addEventListener(name, (event) => {
      if (stream.source !== source) return;
      stream.wait = FIRST_WAIT;
      lost(false);
      on[name](JSON.parse(event.data));
    });
  }
  source.addEventListener("end", () => {
    if (stream.source !== source) return;
    disconnect(stream);
    stream.ended = true;
  });
  // EventSource's own retry would ask for the epochs since the first connection once more, and without a growing wait.
  source.onerror = () => {
    if (stream.source !== source) return;
    disconnect(stream);
    lost(true);
    stream.timer = setTimeout(() => connect(stream, url, { after, on, lost }), stream.wait);
    stream.wait = Math.min(LONGEST_WAIT, stream.wait * 2);
  };
}

/** @type {(stream: Stream) => void} */
export function disconnect(stream) {
  stream.source?.close();
  stream.source = null;
  clearTimeout(stream.timer);
  stream.timer = 0;
}

/** @type {(stream: Stream) => boolean} */
export function isOpen(stream) {
  return Boolean(stream.source || stream.timer);
}
