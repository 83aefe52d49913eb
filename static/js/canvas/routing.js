/**
 * The way a wire takes, as an SVG path. Forward wires are one smooth curve; one that would run through
 * a block, or has to go back, leaves to the right, runs along a free lane and enters from the left.
 * @import {Point, Rect} from "./types.js"
 */
import { bounds, overlaps } from "./geometry.js";

const STUB = 24;
const CLEAR = 28;
/** How far up or down a lane is looked for. */
const REACH = 640;

/** @param {number} value */
const r = (value) => Math.round(value * 10) / 10;

/**
 * @param {Point} from
 * @param {Point} to
 * @param {Rect} source  the node the wire leaves
 * @param {Rect} target  the node it enters
 * @param {(area: Rect) => Rect[]} [near]  the blocks in an area
 * @param {number} [shift]  aside, so that wires which run along each other can be told apart
 * @returns {string}
 */
export function wirePath(from, to, source, target, near = () => [], shift = 0) {
  const [x1, y1] = from;
  const [x2, y2] = to;
  /** @param {Rect} area */
  const others = (area) => near(area).filter((one) => !same(one, source) && !same(one, target));
  const ahead = x2 >= x1 + STUB;
  if (ahead) {
    const bend = Math.min(Math.max((x2 - x1) / 2, STUB), 160);
    const area = { x: x1, y: Math.min(y1, y2), w: x2 - x1, h: Math.abs(y2 - y1) };
    if (!others(area).some((one) => isCrossed(one, from, to, bend))) return curve(from, to, bend);
  }
  const [left, right] = [x1 + STUB, x2 - STUB].sort((a, b) => a - b);
  const wish = ahead ? (y1 + y2) / 2 : laneFor(source, target);
  const band = { x: left, y: wish - REACH, w: right - left, h: REACH * 2 };
  return lanePath(from, to, freeLane(wish, others(band)) + shift, shift);
}

/** @param {Rect} a @param {Rect} b */
function same(a, b) {
  return a.x === b.x && a.y === b.y && a.w === b.w;
}

/** Whether the smooth curve runs through a block. @param {Rect} rect @param {Point} from @param {Point} to @param {number} bend */
function isCrossed(rect, [x1, y1], [x2, y2], bend) {
  const count = Math.min(32, 8 + Math.round((x2 - x1) / 64));
  for (let n = 1; n < count; n += 1) {
    const t = n / count;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    const x = a * x1 + b * (x1 + bend) + c * (x2 - bend) + d * x2;
    const point = { x, y: (a + b) * y1 + (c + d) * y2, w: 0, h: 0 };
    if (overlaps(rect, point, 6)) return true;
  }
  return false;
}

/**
 * The height nearest to the one that was wished for at which nothing stands.
 * @param {number} wish
 * @param {Rect[]} blocks  what stands in the wire's way, whatever its height
 */
export function freeLane(wish, blocks) {
  const lanes = blocks.flatMap(({ y, h }) => [y - CLEAR / 2, y + h + CLEAR / 2]);
  const nearest = [wish, ...lanes].sort((a, b) => Math.abs(a - wish) - Math.abs(b - wish));
  const isFree = (/** @type {number} */ lane) =>
    blocks.every(({ y, h }) => lane <= y - 8 || lane >= y + h + 8);
  return nearest.find(isFree) ?? wish;
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

/** @param {Point} from @param {Point} to @param {number} lane @param {number} shift */
function lanePath([x1, y1], [x2, y2], lane, shift) {
  const [out, into] = [x1 + STUB + shift, x2 - STUB - shift];
  const side = into > out ? 1 : -1;
  const [first, last] = [lane - y1, y2 - lane].map((way) => Math.sign(way) || 1);
  const round = Math.min(10, Math.abs(into - out) / 2);
  const a = Math.min(round, Math.abs(lane - y1) / 2);
  const b = Math.min(round, Math.abs(y2 - lane) / 2);
  return [
    `M${r(x1)} ${r(y1)}H${r(out - a)}`,
    `Q${r(out)} ${r(y1)} ${r(out)} ${r(y1 + a * first)}V${r(lane - a * first)}`,
    `Q${r(out)} ${r(lane)} ${r(out + a * side)} ${r(lane)}H${r(into - b * side)}`,
    `Q${r(into)} ${r(lane)} ${r(into)} ${r(lane + b * last)}V${r(y2 - b * last)}`,
    `Q${r(into)} ${r(y2)} ${r(into + b)} ${r(y2)}H${r(x2)}`,
  ].join("");
}

/** What a path lies in: its points, and those that bend it, stand in pairs. @param {string} path @returns {Rect|null} */
export const pathBox = (path) =>
  bounds(
    [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => ({ x: +x, y: +y, w: 0, h: 0 })),
  );

/**
 * The wire of a drag that has no target yet.
 * @param {Point} from
 * @param {Point} to
 */
export function loosePath(from, to) {
  return curve(from, to, Math.max(Math.abs(to[0] - from[0]) / 2, STUB));
}

/** @param {Point} from @param {Point} to @param {number} bend */
function curve([x1, y1], [x2, y2], bend) {
  return `M${r(x1)} ${r(y1)}C${r(x1 + bend)} ${r(y1)} ${r(x2 - bend)} ${r(y2)} ${r(x2)} ${r(y2)}`;
}
