/**
 * Alignment of what is dragged with the nodes near it, by their edges and middles. Pure.
 * @import {Rect} from "./types.js"
 */

/**
 * How far a rectangle is moved to be lined up, null on an axis on which nothing is near enough, and
 * the guides to be shown, as an SVG path.
 * @param {Rect} rect
 * @param {Rect[]} others  what stands still near it
 * @param {number} within
 */
export function align(rect, others, within) {
  const x = nearest(rect, others, within, "x", "w");
  const y = nearest(rect, others, within, "y", "h");
  const across = x && span(rect, x.other, "y", "h");
  const along = y && span(rect, y.other, "x", "w");
  const path = [
    across ? `M${x.at} ${across[0]}V${across[1]}` : "",
    along ? `M${along[0]} ${y.at}H${along[1]}` : "",
  ].join("");
  return { dx: x?.by ?? null, dy: y?.by ?? null, path };
}

/** @param {Rect} rect @param {Rect[]} others @param {number} within @param {"x"|"y"} axis @param {"w"|"h"} size */
function nearest(rect, others, within, axis, size) {
  const places = (/** @type {Rect} */ one) =>
    [0, 0.5, 1].map((part) => one[axis] + one[size] * part);
  const own = places(rect);
  const found = others.flatMap((other) =>
    places(other).flatMap((at) => own.map((place) => ({ at, by: at - place, other }))),
  );
  const near = found.filter(({ by }) => Math.abs(by) <= within);
  return near.sort((a, b) => Math.abs(a.by) - Math.abs(b.by))[0] ?? null;
}

/** @param {Rect} a @param {Rect} b @param {"x"|"y"} axis @param {"w"|"h"} size */
function span(a, b, axis, size) {
  return [Math.min(a[axis], b[axis]), Math.max(a[axis] + a[size], b[axis] + b[size])];
}
