/**
 * Search by what a block does: small words are passed over, each other word is looked for in what the
 * server prepared of title, keywords, category and summary, in that order of worth, and one slip of the
 * finger is forgiven. Blocks that ship with Garland come first where they fit equally well. Pure.
 * @import {Entry} from "./types.js"
 */

/** @typedef {{entry: Entry, why?: string}} Found  why it is offered, where its title does not say so */

const SMALL = /^(a|an|and|at|do|for|i|if|in|is|it|my|of|on|the|this|to|us|we|with)$/;
const SLIPS_FROM = 4;
/** What it is worth that all that is said, small words too, stands in one place. */
const TOGETHER = 25;

/** As `words_of` of designer/palette/finding.py. @param {string} text @returns {string[]} */
export const wordsOf = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether words are one but for a letter left out, put in or mistaken, or two in the wrong order. @param {string} a @param {string} b */
export function isNear(a, b) {
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  let [x, y] = [a.length, b.length];
  while (x > from && y > from && a[x - 1] === b[y - 1]) [x, y] = [x - 1, y - 1];
  if (x - from === 2 && y - from === 2) return a[from] === b[from + 1] && b[from] === a[from + 1];
  return x - from < 2 && y - from < 2;
}

/** @param {string} word @param {string} one  of an entry */
function fit(word, one) {
  if (one.startsWith(word)) return one === word ? 1.2 : 1;
  return word.length >= SLIPS_FROM && isNear(word, one) ? 0.4 : 0;
}

/**
 * What the words of a query find, best first: what fits all of them, or where nothing does, what fits
 * most of them. All that is offered, in its own order, for an empty query.
 * @param {Entry[]} entries
 * @param {string} query
 * @returns {Found[]}
 */
export function searchEntries(entries, query) {
  const offered = entries.filter((entry) => !entry.hidden);
  const said = wordsOf(query);
  const meant = said.filter((word) => !SMALL.test(word));
  const found = offered.map((entry) => {
    const worths = (meant.length ? meant : said).map((word) =>
      entry.find.map(([worth, why, words]) => {
        return { why, worth: worth * Math.max(0, ...words.map((one) => fit(word, one))) };
      }),
    );
    const fits = worths.map((all) => all.reduce((a, b) => (b.worth > a.worth ? b : a)));
    const together = entry.find.some(([, , words]) => said.every((one) => words.includes(one)));
    const total = fits.reduce((sum, { worth }) => sum + worth, together ? TOGETHER : 0);
    const count = fits.filter(({ worth }) => worth).length;
    return { entry, count, total, why: fits.find(({ why }) => why)?.why };
  });
  const most = Math.max(said.length && 1, ...found.map(({ count }) => count));
  return found.filter(({ count }) => count === most).sort((a, b) => b.total - a.total);
}
