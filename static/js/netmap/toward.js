/**
 * Which card the keyboard goes to next. Pure.
 * @import {Point} from "../canvas/types.js"
 */

/** @typedef {{id: string, x: number, y: number}} Spot  a card by its middle */

/** @type {Record<string, Point>} */
const WAYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const ASIDE_WEIGHS = 2;

/**
 * The nearest card within 45° or so of the way an arrow points; what lies aside counts double.
 * @param {Spot[]} spots
 * @param {string} from
 * @param {string} key  ArrowRight, ArrowLeft, ArrowUp or ArrowDown
 * @returns {string|null}
 */
export function toward(spots, from, key) {
  const way = WAYS[key];
  const start = spots.find((spot) => spot.id === from);
  if (!way || !start) return null;
  const ways = spots.map(({ id, x, y }) => {
    const [dx, dy] = [x - start.x, y - start.y];
    const ahead = dx * way[0] + dy * way[1];
    const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    return { id, fits: ahead > 0 && aside <= ahead * 2, length: ahead + aside * ASIDE_WEIGHS };
  });
  const [best] = ways.filter((one) => one.fits).sort((a, b) => a.length - b.length);
  return best?.id ?? null;
}

/**
 * The card after or before one, from left to right, then from top to bottom; round at the ends.
 * @param {Spot[]} spots
 * @param {string} from
 * @param {1|-1} by
 * @returns {string|null}
 */
export function along(spots, from, by) {
  const order = [...spots].sort((a, b) => a.y - b.y || a.x - b.x).map((spot) => spot.id);
  const at = order.indexOf(from);
  if (at < 0) return order.at(by > 0 ? 0 : -1) ?? null;
  return order[(at + by + order.length) % order.length];
}
