/**
 * Where blocks stand, by squares of the canvas: what is near a place is found without asking all.
 * @import {Rect} from "./types.js"
 */
import { overlaps } from "./geometry.js";

const SQUARE = 256;

export class Standing {
  /** @type {Map<string, Rect>} */
  #rects = new Map();
  /** @type {Map<string, Set<string>>} */
  #squares = new Map();

  /**
   * @param {string} id
   * @param {Rect|null} rect  null when it is gone
   * @returns {Rect[]} what changed: where it stood and where it stands; none when it stayed
   */
  put(id, rect) {
    const before = this.#rects.get(id) ?? null;
    if (before && rect && JSON.stringify(before) === JSON.stringify(rect)) return [];
    if (before) for (const key of squaresOf(before)) this.#squares.get(key)?.delete(id);
    this.#rects.delete(id);
    if (rect) {
      this.#rects.set(id, rect);
      for (const key of squaresOf(rect))
        this.#squares.set(key, (this.#squares.get(key) ?? new Set()).add(id));
    }
    return [before, rect].filter((one) => one !== null);
  }

  /** @param {Rect} area @returns {Rect[]} */
  near(area) {
    /** @type {Map<string, Rect>} */
    const found = new Map();
    for (const key of squaresOf(area)) {
      for (const id of this.#squares.get(key) ?? []) {
        const rect = this.#rects.get(id);
        if (rect && overlaps(rect, area)) found.set(id, rect);
      }
    }
    return [...found.values()];
  }
}

/** @param {Rect} rect @returns {string[]} */
function squaresOf({ x, y, w, h }) {
  const keys = [];
  for (let i = Math.floor(x / SQUARE); i <= Math.floor((x + w) / SQUARE); i += 1)
    for (let j = Math.floor(y / SQUARE); j <= Math.floor((y + h) / SQUARE); j += 1)
      keys.push(`${i},${j}`);
  return keys;
}
