/**
 * Which node the keyboard goes to next. Pure.
 * @import {Face, Flow} from "./types.js"
 */
import { neighbours, withinOf } from "./graph.js";

/**
 * Nodes in reading order: from left to right, then from top to bottom.
 * @param {Face[]} faces
 * @returns {string[]}
 */
export function readingOrder(faces) {
  return [...faces]
    .sort((a, b) => a.rect.x - b.rect.x || a.rect.y - b.rect.y)
    .map((face) => face.id);
}

/**
 * Nodes as an outline lists them: in reading order, the body of a loop after it.
 * @param {Flow} flow
 * @param {Face[]} faces
 * @param {string} [loop]
 * @returns {string[]}
 */
export function outlineOrder(flow, faces, loop = "") {
  const here = faces.filter((face) => withinOf(flow, face.id) === loop);
  return readingOrder(here).flatMap((id) =>
    flow.steps[id]?.loops ? [id, ...outlineOrder(flow, faces, id)] : [id],
  );
}

/**
 * @param {Face[]} faces
 * @param {string|null} from
 * @param {1|-1} by
 * @returns {string|null}
 */
export function step(faces, from, by) {
  const order = readingOrder(faces);
  const at = from ? order.indexOf(from) : -1;
  if (at < 0) return order.at(by > 0 ? 0 : -1) ?? null;
  return order[(at + by + order.length) % order.length];
}

/**
 * Along the wires: right to what follows, left to what leads here, up and down among siblings.
 * @param {Flow} flow
 * @param {string} from
 * @param {string} key  ArrowRight, ArrowLeft, ArrowUp or ArrowDown
 * @returns {string|null}
 */
export function along(flow, from, key) {
  const down = neighbours(flow, "down");
  const up = neighbours(flow, "up");
  if (key === "ArrowRight") return down.get(from)?.[0] ?? null;
  if (key === "ArrowLeft") return up.get(from)?.[0] ?? null;
  const siblings = (up.get(from) ?? []).flatMap((parent) => down.get(parent) ?? []);
  const at = siblings.indexOf(from);
  if (at < 0) return null;
  const by = key === "ArrowDown" ? 1 : -1;
  return siblings[(at + by + siblings.length) % siblings.length];
}
