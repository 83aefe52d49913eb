/**
 * Bodies of loops as boxes. A box has no place of its own: it is drawn round the steps that stand in
 * it, so it grows with them; an empty one hangs below its loop. The same rule draws the designer and
 * every view that is only looked at. Pure.
 * @import {Flow, Point, Rect} from "./types.js"
 */
import { bounds, holds } from "./geometry.js";
import { gathered, nodeIds, splitEnd, withinOf } from "./graph.js";

export const PAD = 24;
export const HEAD = 44;
/** From a loop's corner to that of its box, at least: where bodies.js puts the origin of a body. */
const DROP = 132;
const GAP = 16;
export const EMPTY = { w: 256, h: 132 };
const DEEP_MOST = 4;

/**
 * The steps in bodies, by loop; those of the workflow itself under "".
 * @param {Flow} flow
 * @returns {Map<string, string[]>}
 */
export function membersOf(flow) {
  return gathered(nodeIds(flow), (id) => withinOf(flow, id));
}

/**
 * Nodes together with all that stands in the loops among them.
 * @param {Flow} flow
 * @param {Iterable<string>} ids
 * @returns {Set<string>}
 */
export function withInside(flow, ids) {
  const found = new Set(ids);
  if (![...found].some((id) => flow.steps[id]?.loops)) return found;
  const members = membersOf(flow);
  for (const id of found) for (const inner of members.get(id) ?? []) found.add(inner);
  return found;
}

/** The loops a step stands in, innermost first. @param {Flow} flow @param {string} id @returns {string[]} */
export function loopsAround(flow, id) {
  const found = [];
  for (let at = flow.steps[id]?.within; at; at = flow.steps[at]?.within) found.push(at);
  return found;
}

/** Where the box of a loop begins that nothing pushes elsewhere. @param {Rect} loop @returns {Point} */
export function boxCorner(loop) {
  return [loop.x, loop.y + Math.max(DROP, loop.h + GAP)];
}

/**
 * @param {Flow} flow
 * @param {(id: string) => Rect} rectOf
 * @returns {Map<string, Rect>} the box of every loop, outer ones first
 */
export function boxesOf(flow, rectOf) {
  const members = membersOf(flow);
  /** @type {Map<string, Rect>} */
  const found = new Map();
  /** @param {string} id @returns {Rect} */
  const box = (id) => {
    const inside = members.get(id) ?? [];
    found.set(id, EMPTY_RECT); // so that outer ones come first
    const held = bounds(
      inside.flatMap((one) => (isLoop(one) ? [rectOf(one), box(one)] : [rectOf(one)])),
    );
    const [x, y] = boxCorner(rectOf(id));
    const rect = held ? around(held, PAD, HEAD) : { x, y, ...EMPTY };
    found.set(id, rect);
    return rect;
  };
  const isLoop = (/** @type {string} */ id) => flow.steps[id]?.loops === true;
  for (const id of members.get("") ?? []) if (isLoop(id)) box(id);
  return found;
}

const EMPTY_RECT = { x: 0, y: 0, w: 0, h: 0 };

/** @param {Rect} rect @param {number} pad @param {number} head @returns {Rect} */
export function around({ x, y, w, h }, pad, head) {
  return { x: x - pad, y: y - head, w: w + pad * 2, h: h + head + pad };
}

/**
 * Where nodes would be dropped: the innermost box under their middle, the loops among them apart.
 * @param {Flow} flow
 * @param {Map<string, Rect>} boxes
 * @param {Map<string, Point>} places  where they would stand
 * @param {(id: string) => Rect} rectOf
 */
export function dropTarget(flow, boxes, places, rectOf) {
  const nodes = [...places].filter(([id]) => id in flow.steps || id in flow.triggers);
  const roots = new Set(
    rootsOf(
      flow,
      nodes.map(([id]) => id),
    ),
  );
  const dropped = nodes.filter(([id]) => roots.has(id));
  const rects = dropped.map(([id, [x, y]]) => ({ ...rectOf(id), x, y }));
  const all = bounds(rects);
  const moved = withInside(flow, places.keys());
  return all ? boxAt(boxes, [all.x + all.w / 2, all.y + all.h / 2], moved) : "";
}

/**
 * The innermost box at a point; "" for the open canvas.
 * @param {Map<string, Rect>} boxes
 * @param {Point} point
 * @param {Set<string>} [except]  loops that do not count
 */
export function boxAt(boxes, point, except = new Set()) {
  const under = [...boxes].filter(([id, rect]) => !except.has(id) && holds(rect, point));
  return under.sort(([, a], [, b]) => a.w * a.h - b.w * b.h)[0]?.[0] ?? "";
}

/**
 * Places together with those of the steps inside loops that move: a body goes with its loop.
 * @param {Flow} flow
 * @param {Map<string, Point>} places
 * @returns {Map<string, Point>}
 */
export function carried(flow, places) {
  const all = new Map(places);
  for (const [id, [x, y]] of places) {
    if (!flow.steps[id]?.loops) continue;
    const [left, top] = flow.steps[id].position ?? [0, 0];
    for (const inner of withInside(flow, [id])) {
      const [at, down] = flow.steps[inner].position ?? [0, 0];
      if (!all.has(inner)) all.set(inner, [at + x - left, down + y - top]);
    }
  }
  return all;
}

/** Those of some nodes that are not inside another of them. @param {Flow} flow @param {Iterable<string>} ids */
export function rootsOf(flow, ids) {
  const all = new Set(ids);
  return [...all].filter((id) => !loopsAround(flow, id).some((loop) => all.has(loop)));
}

/**
 * Why nodes may not go into a loop, or out into the open ("" for the loop); null when they may.
 * @param {Flow} flow
 * @param {string[]} ids
 * @param {string} loop
 * @param {(id: string) => string} titleOf
 * @returns {string|null}
 */
export function whyNotInside(flow, ids, loop, titleOf) {
  const moved = new Set(ids);
  if (loop && ids.some((id) => Object.hasOwn(flow.triggers, id)))
    return "A trigger starts the workflow: it can't stand in a loop.";
  if ([loop, ...loopsAround(flow, loop)].some((one) => moved.has(one)))
    return "A loop can't stand in itself.";
  if (loop && deepest(flow, moved) + loopsAround(flow, loop).length + 1 > DEEP_MOST)
    return "Loops stand in each other four deep at most: put the inner ones into a workflow.";
  const known = new Set(nodeIds(flow)); // a wire may lead to nothing
  const ends = flow.wires
    .map(({ from, to }) => [splitEnd(from).id, to])
    .find(([a, b]) => known.has(a) && known.has(b) && moved.has(a) !== moved.has(b));
  if (!ends) return null;
  const [mine, other] = moved.has(ends[0]) ? ends : ends.reverse();
  const edge = loop ? "into the loop" : "out of the loop";
  return `${titleOf(mine)} is connected to ${titleOf(other)}: remove that connection first, or take both ${edge}.`;
}

/** How many loops stand in each other among nodes. @param {Flow} flow @param {Set<string>} ids */
function deepest(flow, ids) {
  const inside = [...withInside(flow, ids)].filter((id) => flow.steps[id]?.loops);
  return Math.max(
    0,
    ...inside.map((id) => 1 + loopsAround(flow, id).filter((one) => inside.includes(one)).length),
  );
}

/** @param {Flow} flow @param {string[]} ids @param {string} loop @returns {Flow} */
export function putInside(flow, ids, loop) {
  const steps = { ...flow.steps };
  for (const id of ids) {
    if (!Object.hasOwn(steps, id)) continue;
    const { within: _out, ...step } = steps[id];
    steps[id] = loop ? { ...step, within: loop } : step;
  }
  return { ...flow, steps };
}
