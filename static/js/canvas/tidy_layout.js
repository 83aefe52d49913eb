/**
 * Where tidied nodes stand. The body of a loop is laid out first and counts as part of its loop; groups
 * are kept together. Pure; dagre is handed in.
 * @import {Flow, Point, Rect, Wire} from "./types.js"
 */
import { boxCorner, EMPTY, HEAD, membersOf, PAD, rootsOf } from "./boxes.js";
import { bounds, snap } from "./geometry.js";
import { gathered, splitEnd, withinOf } from "./graph.js";

const NOWHERE = { x: 0, y: 0, w: 0, h: 0 };
const HINT = { w: EMPTY.w - PAD * 2, h: EMPTY.h - HEAD - PAD };

/**
 * @param {any} dagre
 * @param {Flow} flow
 * @param {Map<string, Rect>} rects
 * @param {string[]} chosen  only these, which stay where they are as a whole; all when there are none
 * @returns {Map<string, Point>}
 */
export function arrange(dagre, flow, rects, chosen) {
  const members = membersOf(flow);
  const roots = rootsOf(flow, chosen);
  const beside = roots.filter((id) => withinOf(flow, id) === withinOf(flow, roots[0]));
  const ids = chosen.length ? beside : (members.get("") ?? []);
  /** @type {Map<string, Map<string, Rect>>} by loop, where the steps of its body stand in it */
  const bodies = new Map();
  /** @type {Map<string, Point>} */
  const places = new Map();
  const rectOf = (/** @type {string} */ id) => ({ ...(rects.get(id) ?? NOWHERE), x: 0, y: 0 });
  const bodyTop = (/** @type {string} */ id) => boxCorner(rectOf(id))[1] + HEAD;
  const sheet = (/** @type {string[]} */ some) =>
    layered(dagre, flow, new Map(some.map((id) => [id, whole(id)])));
  /** A node, and its body as part of it. @param {string} id @returns {Rect} */
  function whole(id) {
    if (!flow.steps[id]?.loops) return rectOf(id);
    bodies.set(id, sheet(members.get(id) ?? []));
    const held = bounds([...(bodies.get(id)?.values() ?? [])]) ?? HINT;
    const w = Math.max(rectOf(id).w, held.w + PAD * 2);
    return { x: 0, y: 0, w, h: bodyTop(id) + held.h + PAD };
  }
  /** @param {Map<string, Rect>} corners @param {number} left @param {number} top */
  function place(corners, left, top) {
    for (const [id, { x, y }] of corners) {
      places.set(id, [snap(left + x), snap(top + y)]);
      place(bodies.get(id) ?? new Map(), left + x + PAD, top + y + bodyTop(id));
    }
  }
  const stood = bounds(ids.map((id) => rects.get(id) ?? NOWHERE)) ?? NOWHERE;
  place(sheet(ids), chosen.length ? stood.x : 0, chosen.length ? stood.y : 0);
  return places;
}

/**
 * Some nodes in layers, their upper left corner at the origin.
 * @param {any} dagre
 * @param {Flow} flow
 * @param {Map<string, Rect>} sizes
 * @returns {Map<string, Rect>}
 */
function layered(dagre, flow, sizes) {
  const graph = new dagre.graphlib.Graph({ multigraph: true, compound: true });
  graph.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { w, h }] of sizes) graph.setNode(id, { width: w, height: h });
  for (const [id, { steps }] of Object.entries(flow.canvas?.groups ?? {}))
    for (const one of steps.filter((each) => sizes.has(each))) graph.setParent(one, `:${id}`);
  const inside = flow.wires.filter(({ from, to }) => sizes.has(to) && sizes.has(splitEnd(from).id));
  for (const { from, to } of inside) graph.setEdge(splitEnd(from).id, to, {}, from);
  try {
    dagre.layout(graph);
  } catch (error) {
    if (error instanceof RangeError) return inColumns(inside, sizes);
    throw error; // what it cannot do is chains of over a thousand: it calls itself for each step
  }
  const found = [...sizes].map(([id, { w, h }]) => {
    const { x, y } = graph.node(id);
    return { id, rect: { x: x - w / 2, y: y - h / 2, w, h } };
  });
  const { x: left, y: top } = bounds(found.map((one) => one.rect)) ?? NOWHERE;
  return new Map(found.map(({ id, rect }) => [id, { ...rect, x: rect.x - left, y: rect.y - top }]));
}

/**
 * Each node one column right of the last that leads to it, as they come from top to bottom.
 * @param {Wire[]} wires @param {Map<string, Rect>} sizes @returns {Map<string, Rect>}
 */
function inColumns(wires, sizes) {
  const widest = Math.max(...[...sizes.values()].map((rect) => rect.w));
  const columns = columnsOf(wires, [...sizes.keys()]);
  /** @type {number[]} */
  const filled = [];
  /** @type {[string, Rect][]} */
  const found = [...sizes].map(([id, rect]) => {
    const column = columns.get(id) ?? 0;
    const y = filled[column] ?? 0;
    filled[column] = y + rect.h + 32;
    return [id, { ...rect, x: column * (widest + 64), y }];
  });
  return new Map(found);
}

/** @param {Wire[]} wires @param {string[]} ids @returns {Map<string, number>} */
function columnsOf(wires, ids) {
  const onward = gathered(wires, (wire) => splitEnd(wire.from).id);
  const open = new Map(
    [...gathered(wires, (wire) => wire.to)].map(([id, some]) => [id, some.length]),
  );
  const columns = new Map(ids.filter((id) => !open.has(id)).map((id) => [id, 0]));
  for (const [id, column] of columns) {
    for (const { to } of onward.get(id) ?? []) {
      const left = (open.get(to) ?? 0) - 1;
      open.set(to, left);
      if (left === 0) columns.set(to, column + 1); // its last source stands furthest right
    }
  }
  return columns;
}
