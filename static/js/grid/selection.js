/**
 * Where one is in a grid of cells: steps, the rectangle that is chosen, and cells as the text a
 * spreadsheet takes. Pure.
 */

import { between as range } from "../table.js";

/** @typedef {{ row: number, column: number }} Place */

/** @type {Record<string, [number, number]>} */
export const ARROWS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/**
 * The place a step away, held inside the grid.
 * @param {Place} from
 * @param {[number, number]} step
 * @param {number} rows
 * @param {number} columns
 * @returns {Place}
 */
export function stepped(from, [down, right], rows, columns) {
  const within = (/** @type {number} */ at, /** @type {number} */ count) =>
    Math.max(0, Math.min(count - 1, at));
  return { row: within(from.row + down, rows), column: within(from.column + right, columns) };
}

/**
 * The places of the rectangle between two corners, row by row.
 * @param {Place} one
 * @param {Place} other
 * @returns {Place[][]}
 */
export function between(one, other) {
  const rows = range(one.row, other.row);
  const columns = range(one.column, other.column);
  return rows.map((row) => columns.map((column) => ({ row, column })));
}

/**
 * Cells as tab-separated lines; a cell with quotes is quoted, as spreadsheets do.
 * @param {string[][]} cells
 */
export function asText(cells) {
  const written = (/** @type {string} */ cell) =>
    /["\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return cells.map((row) => row.map(written).join("\t")).join("\n");
}

/**
 * Tell whether pasted text is more than one cell.
 * @param {string} text
 */
export function isSeveral(text) {
  return /[\t\n]/.test(text.replace(/\r?\n$/, ""));
}
