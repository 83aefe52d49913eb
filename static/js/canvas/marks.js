/**
 * Groups and notes: what people draw round and beside the steps. They change nothing that is done.
 * Pure edits of `canvas` in the document; a step is in one group at most, and a group without steps
 * is none.
 * @import {Drawn, Flow, Group, Note, Point, Rect} from "./types.js"
 */
import { around } from "./boxes.js";
import { bounds, clamp } from "./geometry.js";

const NOTE_SIZE = /** @type {Point} */ ([208, 144]);
/** How long the sides of a note may be; the schema refuses others. @type {Point} */
const SIDES = [48, 4_000];
const PAD = 16;
const HEAD = 48;

/** @param {Flow} flow @param {Drawn} canvas @returns {Flow} */
function drawn(flow, canvas) {
  return { ...flow, canvas: { ...flow.canvas, ...canvas } };
}

/** @param {Record<string, unknown>} taken @param {string} stem */
function freeId(taken, stem) {
  let n = 1;
  while (`${stem}_${n}` in taken) n += 1;
  return `${stem}_${n}`;
}

/**
 * @param {Flow} flow
 * @param {string[]} steps
 * @param {{title: string, colour: string}} [look]
 * @returns {{flow: Flow, key: string}}  the key is "group:" with its id
 */
export function addGroup(flow, steps, { title, colour } = { title: "Group", colour: "blue" }) {
  const groups = { ...flow.canvas?.groups };
  for (const [id, group] of Object.entries(groups)) {
    groups[id] = { ...group, steps: group.steps.filter((one) => !steps.includes(one)) };
  }
  const id = freeId(groups, "group");
  groups[id] = { title, colour, steps };
  return { flow: withoutEmptyGroups(drawn(flow, { groups })), key: `group:${id}` };
}

/** @param {Flow} flow @param {Point} position @returns {{flow: Flow, key: string}} */
export function addNote(flow, position) {
  const id = freeId(flow.canvas?.notes ?? {}, "note");
  const note = { text: "", position, size: NOTE_SIZE, colour: "amber" };
  const notes = { ...flow.canvas?.notes, [id]: note };
  return { flow: drawn(flow, { notes }), key: `note:${id}` };
}

/**
 * @param {Flow} flow
 * @param {string} key  "group:id" or "note:id"
 * @param {Partial<Group & Note>|null} patch  null takes it away
 * @returns {Flow}
 */
export function patchMark(flow, key, patch) {
  const [kind, id] = key.split(":");
  const shelf = kind === "group" ? "groups" : "notes";
  /** @type {Record<string, any>} */
  const marks = { ...flow.canvas?.[shelf] };
  if (!marks[id]) return flow;
  if (!patch) delete marks[id];
  else marks[id] = { ...marks[id], ...patch };
  if (patch?.size) marks[id].size = patch.size.map((side) => clamp(side, ...SIDES));
  return drawn(flow, { [shelf]: marks });
}

/** Forget steps that are gone, and groups that held no others. @param {Flow} flow @returns {Flow} */
export function withoutEmptyGroups(flow) {
  const groups = flow.canvas?.groups;
  if (!groups) return flow;
  const known = (/** @type {string} */ id) => id in flow.steps || id in flow.triggers;
  if (Object.values(groups).every((one) => one.steps.length > 0 && one.steps.every(known)))
    return flow;
  /** @type {Record<string, Group>} */
  const kept = {};
  for (const [id, group] of Object.entries(groups)) {
    const steps = group.steps.filter(known);
    if (steps.length > 0) kept[id] = { ...group, steps };
  }
  return drawn(flow, { groups: kept });
}

/**
 * Copy the groups whose steps are all in a copied part to where it was pasted.
 * @param {Flow} flow  with the pasted steps
 * @param {Flow} part
 * @param {Map<string, string>} names  old to new
 * @returns {Flow}
 */
export function pasteGroups(flow, part, names) {
  let next = flow;
  for (const { title, colour, steps } of Object.values(part.canvas?.groups ?? {})) {
    const fresh = steps.map((id) => names.get(id) ?? "");
    if (fresh.every(Boolean)) next = addGroup(next, fresh, { title, colour }).flow;
  }
  return next;
}

/** The steps of a group; none of a note. @param {Flow} flow @param {string} key */
export function stepsOf(flow, key) {
  return key.startsWith("group") ? (flow.canvas?.groups?.[key.slice(6)]?.steps ?? []) : [];
}

/**
 * @param {Group} group
 * @param {(id: string) => Rect} rectOf
 * @param {Map<string, Rect>} boxes
 * @returns {Rect}
 */
export function groupRect(group, rectOf, boxes) {
  const rects = group.steps.flatMap((id) => [rectOf(id), boxes.get(id) ?? rectOf(id)]);
  return around(bounds(rects) ?? { x: 0, y: 0, w: 0, h: 0 }, PAD, HEAD);
}

/** @param {Flow} flow @param {string} key @returns {Rect} */
export function noteRect(flow, key) {
  const { position = [0, 0], size = NOTE_SIZE } = flow.canvas?.notes?.[key.slice(5)] ?? {};
  return { x: position[0], y: position[1], w: size[0], h: size[1] };
}
