/**
 * Steps into loops and out of them: by dropping, by keys, by the button of an empty body. What wires
 * do not allow is refused with the reason.
 * @import {Entry, Point} from "./types.js"
 * @import {Editor} from "./editor.js"
 */
import { carried, dropTarget, HEAD, PAD, putInside, rootsOf, whyNotInside } from "./boxes.js";
import { placeNodes } from "./document.js";
import { withinOf } from "./graph.js";
import { addAt } from "./placing.js";

/**
 * Add a step to a loop's body, right of what stands there.
 * @param {Editor} editor @param {Entry} entry @param {string} loop
 */
export function addInside(editor, entry, loop) {
  const rect = editor.boxes.get(loop);
  if (!rect) return "";
  const isEmpty = !Object.values(editor.flow.steps).some((step) => step.within === loop);
  const x = rect.x + (isEmpty ? PAD : rect.w - PAD + 64);
  return addAt(editor, entry, [x, rect.y + HEAD], loop);
}

/**
 * Put steps into a loop, or out of the one they stand in ("").
 * @param {Editor} editor @param {string[]} ids @param {string} loop
 * @param {Map<string, Point>} [places]  where they are dropped
 */
export function moveInside(editor, ids, loop, places = new Map()) {
  const { flow } = editor;
  const moved = ids.filter((id) => withinOf(flow, id) !== loop);
  const titleOf = (/** @type {string} */ id) => editor.face(id).title;
  const refusal = whyNotInside(flow, moved, loop, titleOf);
  if (refusal) return editor.say(refusal);
  const placed = placeNodes(flow, carried(flow, places));
  const what = moved.length === 1 ? titleOf(moved[0]) : `${moved.length} steps`;
  const where = loop ? `put into ${titleOf(loop)}` : "taken out of the loop";
  editor.change(`${what} ${where}`, putInside(placed, moved, loop));
}

/**
 * Nodes or notes were dragged to places: nodes go into the box they were dropped on. What stood over
 * that box before is only moved.
 * @param {Editor} editor @param {Map<string, Point>} places @param {string} label
 * @param {string} [group]  of changes that are one step back
 */
export function drop(editor, places, label, group) {
  const { boxes, flow } = editor;
  const rectOf = (/** @type {string} */ id) => editor.thing(id).rect;
  const roots = rootsOf(flow, places.keys());
  const stood = new Map(
    roots.map((id) => [id, /** @type {Point} */ ([rectOf(id).x, rectOf(id).y])]),
  );
  const target = dropTarget(flow, boxes, places, rectOf);
  const stays = roots.every((id) => withinOf(flow, id) === target);
  if (stays || target === dropTarget(flow, boxes, stood, rectOf))
    editor.place(places, label, group);
  else moveInside(editor, roots, target, places);
}

/**
 * By keyboard: out of the loop, or into the nearest one that stands before in reading order.
 * @param {Editor} editor @param {string[]} order @param {boolean} inward
 */
export function shiftInside(editor, order, inward) {
  const roots = rootsOf(editor.flow, editor.selection);
  if (roots.length === 0) return;
  const within = withinOf(editor.flow, roots[0]);
  if (!inward && !within) return editor.say("It stands in no loop.");
  if (!inward) return moveInside(editor, roots, withinOf(editor.flow, within));
  const before = order.slice(0, order.indexOf(roots[0])).reverse();
  const beside = (/** @type {string} */ id) =>
    editor.flow.steps[id]?.loops && withinOf(editor.flow, id) === within && !roots.includes(id);
  const loop = before.find(beside);
  if (loop) moveInside(editor, roots, loop);
  else editor.say("No loop stands before it.");
}
