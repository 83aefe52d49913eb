/**
 * Groups and notes by pointer and by keyboard: made, moved, written in place, coloured, taken away.
 * @import {DesignerPage} from "./page.js"
 * @import {Editor} from "./editor.js"
 * @import {Point} from "./types.js"
 */
import { hit } from "./dom.js";
import { ARROWS, freePlace, GRID, snap } from "./geometry.js";
import { drop } from "./looping.js";
import { addGroup, addNote, noteRect, patchMark, stepsOf } from "./marks.js";

const SLOP = 6;
/** How tall the bar of a note is, as in canvas-frames.css. */
const BAR = 32;

/** Put a frame round the selected steps, its title ready to be written. @param {DesignerPage} page */
export function groupSelection(page) {
  const { editor } = page;
  const steps = [...editor.selection];
  if (steps.length === 0) return editor.say("Select the steps first, then press G.");
  const { flow, key } = addGroup(editor.flow, steps);
  editor.change(`${steps.length} ${steps.length === 1 ? "step" : "steps"} grouped`, flow);
  write(page, key);
}

/** Lay a note where the canvas is looked at. @param {DesignerPage} page */
export function newNote(page) {
  const [x, y] = page.viewport.centre;
  const wish = { x: x - 104, y: y - 72, w: 208, h: 144 };
  const { flow, key } = addNote(page.editor.flow, freePlace(wish, page.editor.taken()));
  page.editor.change("Note added", flow);
  write(page, key);
}

/** Let a group's title or a note be written. @param {DesignerPage} page @param {string} key */
function write({ scene }, key) {
  const box = scene.frames.element(key)?.querySelector("input, textarea");
  if (box instanceof HTMLElement) box.focus({ preventScroll: true });
  if (box instanceof HTMLInputElement) box.select();
}

/** What an event meets of a mark: its key, and what the tool there does. @param {Event} event */
export function markAt(event) {
  const key = hit(event, "data-mark");
  const isIn = event.target instanceof Element && event.target.closest(".mark__bar, .mark__text");
  return key && isIn ? { key, does: hit(event, "data-does") ?? "" } : null;
}

/** @param {DesignerPage} page */
export function mountMarks(page) {
  const { editor, root, scene } = page;
  const { layer } = scene.frames;
  /** @param {string} kind @param {(event: any, key: string, does: string) => void} deed */
  const on = (kind, deed) =>
    layer.addEventListener(kind, (event) => {
      const mark = markAt(event);
      if (mark) deed(event, mark.key, mark.does);
    });
  on("click", (_event, key, does) => does && tap(page, key, does));
  on("input", ({ target }, key) => {
    const name = target instanceof HTMLInputElement ? "title" : "text";
    const flow = patchMark(editor.flow, key, { [name]: target.value });
    editor.change("Text changed", flow, { group: `write ${key}`, quiet: true });
  });
  on("pointerdown", ({ target }, key) => {
    if (target instanceof HTMLTextAreaElement)
      addEventListener("pointerup", () => resized(page, key, target), { once: true });
  });
  on("keydown", (event, key, does) => {
    const by = does === "hold" && ARROWS[event.key];
    if (event.key === "Escape") root.focus({ preventScroll: true });
    if (!by) return;
    event.preventDefault();
    const step = /** @type {Point} */ ([by[0] * GRID, by[1] * GRID]);
    if (event.shiftKey && key.startsWith("note")) grow(page, key, step);
    else drop(editor, movedBy(editor, key, step), labelOf(key), labelOf(key));
  });
  layer.addEventListener("keydown", (event) => event.stopPropagation()); // its letters are no keys
}

/** What is done where a mark is moved. @param {string} key */
export const labelOf = (key) => (key.startsWith("group") ? "Group moved" : "Note moved");

/** What moves with a mark: the steps of a group, a note itself. @param {Editor} editor @param {string} key */
export function movesWith(editor, key) {
  const ids = key.startsWith("group") ? stepsOf(editor.flow, key) : [key];
  return ids.map((id) => editor.thing(id));
}

/** @param {Editor} editor @param {string} key @param {Point} by @returns {Map<string, Point>} */
function movedBy(editor, key, [dx, dy]) {
  const things = movesWith(editor, key);
  return new Map(things.map(({ id, rect }) => [id, [snap(rect.x + dx), snap(rect.y + dy)]]));
}

/** What a tool does; a bar without one is written in. @param {DesignerPage} page @param {string} key @param {string} does */
export function tap(page, key, does) {
  const { editor, root } = page;
  const isGroup = key.startsWith("group");
  if (!does) write(page, key);
  else if (does === "hold") isGroup && editor.select(stepsOf(editor.flow, key));
  else if (does === "remove") {
    editor.change(isGroup ? "Ungrouped" : "Note deleted", patchMark(editor.flow, key, null));
    root.focus({ preventScroll: true });
  } else editor.change(`Coloured ${does}`, patchMark(editor.flow, key, { colour: does }));
}

/** Move a note's lower right corner. @param {DesignerPage} page @param {string} key @param {Point} by */
function grow({ editor }, key, [dx, dy]) {
  const { w, h } = noteRect(editor.flow, key);
  /** @type {Point} */
  const size = [Math.max(snap(w + dx), 112), Math.max(snap(h + dy), 80)];
  const label = "Note resized";
  editor.change(label, patchMark(editor.flow, key, { size }), { group: label });
}

/** A note's text has a corner of the browser's to resize it by. @param {DesignerPage} page @param {string} key @param {HTMLTextAreaElement} box */
function resized(page, key, box) {
  const { w, h } = noteRect(page.editor.flow, key);
  const by = /** @type {Point} */ ([box.offsetWidth - w, box.offsetHeight + BAR - h]);
  if (Math.hypot(...by) > SLOP) grow(page, key, by);
  box.removeAttribute("style"); // it fills its note again
}
