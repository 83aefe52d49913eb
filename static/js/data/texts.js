/**
 * What is written into a field when data is put in, and how an expression is completed. Pure. The form
 * of a text with data in it is that of designer/data/texts.py, which reads it back.
 */

/** @typedef {"text"|"value"|"code"|"rich"|"condition"|"braces"} Takes  how a field takes data */
/** @typedef {{text: string, path?: string, kind?: string}} Piece  text, or data with its kind in words */

/** @param {string} path @param {string} [kind] */
function asText(path, kind) {
  if (kind === "text") return path;
  return kind === "list" ? `${path}.join(', ')` : `string(${path})`;
}

/**
 * Write text with data in it: plain text where there is none, an expression where there is.
 * @param {Piece[]} pieces
 */
export function composed(pieces) {
  const said = pieces.filter((one) => one.path || one.text);
  const data = said.filter((one) => one.path);
  if (data.length === 0) return said.map((one) => one.text).join("");
  if (said.length === 1) return `= ${data[0].path}`;
  const whole = data.length === said.length ? [{ text: "" }, ...said] : said;
  return `= ${whole.map((one) => (one.path ? asText(one.path, one.kind) : JSON.stringify(one.text))).join(" + ")}`;
}

/**
 * What a field holds after data was put in.
 * @param {Takes} takes
 * @param {string} text  what it holds
 * @param {number} caret
 * @param {{path: string, kind: string}} datum
 */
export function filled(takes, text, caret, { path, kind }) {
  const [before, after] = [text.slice(0, caret), text.slice(caret)];
  if (takes === "braces") return `${before}{${path}}${after}`;
  if (takes === "condition") return before + path + after;
  if (takes === "code") return text.length < 3 ? `= ${path}` : before + path + after;
  return takes === "text"
    ? composed([{ text: before }, { text: "", path, kind }, { text: after }])
    : `= ${path}`;
}

/**
 * Where what is written before the caret begins, if an offer completes it; -1 if it does not.
 * @param {string} text
 * @param {number} caret
 * @param {{insert: string, words: string}} offer
 */
export function startOf(text, caret, { insert, words }) {
  const word = /[\w.?[\]]*$/.exec(text.slice(0, caret))?.[0] ?? "";
  const tail = /\.\w*$/.exec(word)?.[0] ?? "";
  if (insert.startsWith(".")) {
    return tail && tail !== word && insert.startsWith(tail) ? caret - tail.length : -1;
  }
  const plain = (/** @type {string} */ path) => path.replaceAll("?", "").toLowerCase();
  const fits = plain(insert).includes(plain(word)) || words.includes(word.toLowerCase());
  return word.length > 0 && insert !== word && fits ? caret - word.length : -1;
}
