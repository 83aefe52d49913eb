/**
 * Where tidied nodes stand. The body of a loop is laid out first and counts as part of its loop; groups
 * are kept together. Pure; dagre is handed in.
 * @import {Flow, Point, Rect} from "./types.js"
 */
import { boxCorner, EMPTY, HEAD, membersOf, PAD, rootsOf } from "./boxes.js";
import { bounds, snap } from "./geometry.js";
import { splitEnd, withinOf } from "./graph.js";

/** @typedef {{places: Map<string, Point>, w: number, h: number}} Sheet */

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
  const all = chosen.length ? beside : (members.get("") ?? []);
  const stood = bounds(all.flatMap((id) => rects.get(id) ?? []));
  const [left, top] = chosen.length && stood ? [stood.x, stood.y] : [0, 0];
  const { places } = sheet(all);
  return new Map([...places].map(([id, [x, y]]) => [id, [snap(x + left), snap(y + top)]]));

  /** @param {string[]} ids @returns {Sheet} */
  function sheet(ids) {
    const bodies = new Map(ids.map((id) => [id, flow.steps[id]?.loops ? body(id) : null]));
    const sizes = new Map(ids.map((id) => [id, bodies.get(id) ?? rectOf(id)]));
    const corners = layered(dagre, flow, sizes);
    /** @type {Map<string, Point>} */
    const places = new Map();
    for (const [id, [x, y]] of corners) {
      places.set(id, [x, y]);
      for (const [inner, [right, down]] of bodies.get(id)?.places ?? [])
        places.set(inner, [x + right, y + down]);
    }
    const whole = bounds([...corners].map(([id, [x, y]]) => ({ ...size(sizes, id), x, y })));
    return { places, w: whole?.w ?? 0, h: whole?.h ?? 0 };
  }

  /** A loop with its body, as one. @param {string} id @returns {Sheet} */
  function body(id) {
    const inner = sheet(members.get(id) ?? []);
    const [, y] = boxCorner({ ...rectOf(id), x: 0, y: 0 });
    const [right, down] = [PAD, y + HEAD];
    const places = [...inner.places].map(
      ([one, at]) => /** @type {const} */ ([one, [at[0] + right, at[1] + down]]),
    );
    const w = Math.max(rectOf(id).w, EMPTY.w, inner.w + PAD * 2);
    return {
      places: new Map(/** @type {any} */ (places)),
      w,
      h: Math.max(y + EMPTY.h, down + inner.h + PAD),
    };
  }

  /** @param {string} id @returns {Rect} */
  function rectOf(id) {
    return rects.get(id) ?? { x: 0, y: 0, ...EMPTY };
  }
}

/** @param {Map<string, {w: number, h: number}>} sizes @param {string} id */
function size(sizes, id) {
  const { w, h } = sizes.get(id) ?? EMPTY;
  return { w, h };
}

/**
 * The upper left corners of some nodes, the first at the origin.
 * @param {any} dagre
 * @param {Flow} flow
 * @param {Map<string, {w: number, h: number}>} sizes
 * @returns {Map<string, Point>}
 */
function layered(dagre, flow, sizes) {
  const graph = new dagre.graphlib.Graph({ multigraph: true, compound: true });
  graph.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 64 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { w, h }] of sizes) graph.setNode(id, { width: w, height: h });
  for (const [id, group] of Object.entries(flow.canvas?.groups ?? {})) {
    const here = group.steps.filter((one) => sizes.has(one));
    if (here.length) graph.setNode(`:${id}`, {});
    for (const one of here) graph.setParent(one, `:${id}`);
  }
  for (const { from, to } of flow.wires) {
    if (sizes.has(to) && sizes.has(splitEnd(from).id))
      graph.setEdge(splitEnd(from).id, to, {}, from);
  }
  dagre.layout(graph);
  const corners = [...sizes].map(([id, { w, h }]) => {
    const { x, y } = graph.node(id);
    return { id, x: x - w / 2, y: y - h / 2 };
  });
  const [left, top] = [
    Math.min(...corners.map((one) => one.x)),
    Math.min(...corners.map((one) => one.y)),
  ];
  return new Map(corners.map(({ id, x, y }) => [id, [x - left, y - top]]));
}
