/**
 * A workflow as the canvas holds it, and as it is kept. Kept, the steps of a loop stand in its `body`,
 * placed relative to the loop's step. On the canvas all steps stand side by side: one in a body says
 * `within` which loop, and is placed like every other; wires are one list. Pure.
 * @import {Flow, Json, Point, Step, Wire} from "./types.js"
 */
import { clamp } from "./geometry.js";
import { gathered, splitEnd, withinOf } from "./graph.js";

/** From a loop's corner to the origin of its body; as in runtime/flows/layout.py. @type {Point} */
export const BODY_OFFSET = [24, 176];

/** How far from the origin anything may be kept; the schema refuses what is further. */
const FAR = 1_000_000;
/** @param {number} x @param {number} y @returns {Point} */
const near = (x, y) => [clamp(x, -FAR, FAR), clamp(y, -FAR, FAR)];

/**
 * @param {Json} flow  as it is kept
 * @returns {Flow}
 */
export function flatten(flow) {
  /** @type {Record<string, Step>} */
  const steps = {};
  /** @type {Wire[]} */
  const wires = [];
  /** @param {Json} part @param {string} within @param {Point} origin */
  const take = (part, within, [left, top]) => {
    wires.push(...part.wires);
    for (const [id, kept] of Object.entries(part.steps)) {
      const [x, y] = kept.position ?? [0, 0];
      const { body, ...step } = kept;
      /** @type {Point} */
      const position = [left + x, top + y];
      steps[id] = within ? { ...step, within, position } : { ...step, position };
      if (!body) continue;
      steps[id].loops = true;
      take(body, id, [position[0] + BODY_OFFSET[0], position[1] + BODY_OFFSET[1]]);
    }
  };
  take(flow, "", [0, 0]);
  return /** @type {Flow} */ ({ ...flow, steps, wires });
}

/**
 * @param {Flow} flow  as the canvas holds it
 * @returns {Json} as it is kept
 */
export function nest(flow) {
  const wires = gathered(flow.wires, (wire) => withinOf(flow, splitEnd(wire.from).id));
  const members = gathered(Object.entries(flow.steps), ([id]) => withinOf(flow, id));
  /** @param {string} loop @param {Point} origin @returns {Json} */
  const part = (loop, [left, top]) => {
    /** @type {Json} */
    const steps = {};
    for (const [id, { within: _within, loops, ...step }] of members.get(loop) ?? []) {
      const [x, y] = step.position ?? [0, 0];
      steps[id] = { ...step, position: near(x - left, y - top) };
      if (loops) steps[id].body = part(id, [x + BODY_OFFSET[0], y + BODY_OFFSET[1]]);
    }
    return { steps, wires: wires.get(loop) ?? [] };
  };
  return { ...flow, ...marksNear(flow), triggers: placedNear(flow.triggers), ...part("", [0, 0]) };
}

/**
 * What stands too far out is kept as far out as may be.
 * @template {{position?: Point}} Placed
 * @param {Record<string, Placed>} shelf
 */
function placedNear(shelf) {
  const kept = Object.entries(shelf).map(([id, { position, ...own }]) => {
    return [id, position ? { ...own, position: near(...position) } : own];
  });
  return Object.fromEntries(kept);
}

/** @param {Flow} flow @returns {Json} */
function marksNear({ canvas }) {
  return canvas?.notes ? { canvas: { ...canvas, notes: placedNear(canvas.notes) } } : {};
}
