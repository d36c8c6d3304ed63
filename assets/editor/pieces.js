// A text of Python in pieces that look alike: words of the language, texts, comments, and the rest.

/** @import { Piece } from "./types.d.ts" */

const WORDS =
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield";
const TOKEN = new RegExp(
  [
    /(?<comment>#.*)/.source,
    /(?<open>[rbfuRBFU]{0,2}("""|'''))/.source,
    /(?<text>[rbfuRBFU]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))/.source,
    `(?<word>\\b(?:${WORDS.replaceAll(" ", "|")})\\b)`,
    /\w+/.source,
  ].join("|"),
  "g",
);

// The pieces of each line. A text in three quotes goes on over lines.
/** @type {(lines: string[]) => Piece[][]} */
export function piecesOf(lines) {
  let quotes = "";
  return lines.map((line) => {
    /** @type {Piece[]} */
    const found = [];
    const add = (/** @type {Piece["kind"]} */ kind, /** @type {string} */ text) => {
      const last = found.at(-1);
      if (last?.kind === kind) last.text += text;
      else if (text) found.push({ kind, text });
    };
    let at = 0;
    while (at < line.length) {
      if (quotes) {
        const end = line.indexOf(quotes, at);
        add("text", line.slice(at, end < 0 ? undefined : end + 3));
        at = end < 0 ? line.length : end + 3;
        if (end >= 0) quotes = "";
        continue;
      }
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(line);
      if (!match) {
        add("", line.slice(at));
        break;
      }
      add("", line.slice(at, match.index));
      const { comment, open, text, word } = match.groups ?? {};
      add(comment ? "comment" : open || text ? "text" : word ? "word" : "", match[0]);
      if (open) quotes = open.slice(-3);
      at = match.index + match[0].length;
    }
    return found;
  });
}
