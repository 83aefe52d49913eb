/**
 * Palette search: finds by name, keyword, category and summary, in that order of worth; blocks that
 * ship with Garland stand above the marketplace's when they match equally well. Pure.
 * @import {Entry} from "./types.js"
 */

/** @param {string} text */
const fold = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{Diacritic}/gu, "");

/**
 * @param {Entry} entry
 * @param {string} word  folded
 * @returns {number} 0 = no match
 */
function worth(entry, word) {
  const title = fold(entry.title);
  if (title.startsWith(word)) return 50;
  if (title.split(/[\s-]+/).some((part) => part.startsWith(word))) return 40;
  if (entry.keywords.some((keyword) => fold(keyword).startsWith(word))) return 30;
  if (title.includes(word) || fold(entry.id).includes(word)) return 20;
  if (fold(entry.category).startsWith(word)) return 15;
  return fold(entry.summary).includes(word) ? 10 : 0;
}

/**
 * Entries that match every word of the query, best first; all in their own order for an empty query.
 * @param {Entry[]} entries
 * @param {string} query
 * @returns {Entry[]}
 */
export function searchEntries(entries, query) {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const offered = entries.filter((entry) => !entry.hidden);
  if (words.length === 0) return offered;
  return offered
    .map((entry, order) => {
      const scores = words.map((word) => worth(entry, word));
      const total = scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
      return { entry, order, total: total && total + (entry.core ? 5 : 0) };
    })
    .filter((found) => found.total > 0)
    .sort((a, b) => b.total - a.total || a.order - b.order)
    .map((found) => found.entry);
}
