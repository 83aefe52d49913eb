/**
 * The way a wire takes, as an SVG path. Forward wires are one smooth curve; a wire that has to go back
 * leaves to the right, passes under (or over) both nodes and enters from the left, so that it never
 * runs through the blocks it joins.
 * @import {Point, Rect} from "./types.js"
 */

const STUB = 24;
const CLEAR = 28;

/** @param {number} value */
const r = (value) => Math.round(value * 10) / 10;

/**
 * @param {Point} from
 * @param {Point} to
 * @param {Rect} source  the node the wire leaves
 * @param {Rect} target  the node it enters
 * @returns {string}
 */
export function wirePath(from, to, source, target) {
  const [x1, y1] = from;
  const [x2, y2] = to;
  if (x2 >= x1 + STUB) {
    const bend = Math.min(Math.max((x2 - x1) / 2, STUB), 160);
    return `M${r(x1)} ${r(y1)}C${r(x1 + bend)} ${r(y1)} ${r(x2 - bend)} ${r(y2)} ${r(x2)} ${r(y2)}`;
  }
  return backPath(from, to, laneFor(source, target));
}

/**
 * The height a back-wire runs at: between the nodes when there is room, else below both.
 * @param {Rect} source
 * @param {Rect} target
 * @returns {number}
 */
export function laneFor(source, target) {
  if (target.y - (source.y + source.h) >= CLEAR) return (source.y + source.h + target.y) / 2;
  if (source.y - (target.y + target.h) >= CLEAR) return (target.y + target.h + source.y) / 2;
  return Math.max(source.y + source.h, target.y + target.h) + CLEAR;
}

/** @param {Point} from @param {Point} to @param {number} lane */
function backPath([x1, y1], [x2, y2], lane) {
  const radius = 10;
  const right = x1 + STUB;
  const left = x2 - STUB;
  const down = lane > y1 ? 1 : -1;
  const up = y2 > lane ? 1 : -1;
  return [
    `M${r(x1)} ${r(y1)}H${r(right - radius)}`,
    `Q${r(right)} ${r(y1)} ${r(right)} ${r(y1 + radius * down)}V${r(lane - radius * down)}`,
    `Q${r(right)} ${r(lane)} ${r(right - radius)} ${r(lane)}H${r(left + radius)}`,
    `Q${r(left)} ${r(lane)} ${r(left)} ${r(lane + radius * up)}V${r(y2 - radius * up)}`,
    `Q${r(left)} ${r(y2)} ${r(left + radius)} ${r(y2)}H${r(x2)}`,
  ].join("");
}

/**
 * The wire of a drag that has no target yet.
 * @param {Point} from
 * @param {Point} to
 */
export function loosePath([x1, y1], [x2, y2]) {
  const bend = Math.max(Math.abs(x2 - x1) / 2, STUB);
  return `M${r(x1)} ${r(y1)}C${r(x1 + bend)} ${r(y1)} ${r(x2 - bend)} ${r(y2)} ${r(x2)} ${r(y2)}`;
}

/**
 * How far a point lies from the straight line between two ends; good enough to drop a block on a wire.
 * @param {Point} point
 * @param {Point} a
 * @param {Point} b
 */
export function distanceToLine([x, y], [ax, ay], [bx, by]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length
    ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
    : 0;
  return Math.hypot(x - (ax + t * (bx - ax)), y - (ay + t * (by - ay)));
}
