/**
 * Groups and notes by pointer and by keyboard: made, moved, written in place, coloured, taken away.
 * @import {DesignerPage} from "./page.js"
 * @import {Point} from "./types.js"
 */
import { stand } from "./frames.js";
import { freePlace, GRID, snap } from "./geometry.js";
import { drop } from "./looping.js";
import { addGroup, addNote, COLOURS, noteRect, patchMark, stepsOf } from "./marks.js";

const SLOP = 6;
/** How tall the bar of a note is, as in canvas-frames.css. */
const BAR = 32;

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

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

/** @param {DesignerPage} page @param {string} key */
function write({ scene }, key) {
  const box = scene.frames.element(key)?.querySelector("input, textarea");
  if (box instanceof HTMLElement) box.focus({ preventScroll: true });
  if (box instanceof HTMLInputElement) box.select();
}

/** @param {DesignerPage} page */
export function mountMarks(page) {
  const { editor, root, scene } = page;
  const { layer } = scene.frames;
  /** @param {string} kind @param {(event: any, key: string, does: string) => void} deed */
  const on = (kind, deed) =>
    layer.addEventListener(kind, (event) => {
      const found = event.target instanceof Element ? event.target.closest("[data-mark]") : null;
      if (found instanceof HTMLElement)
        deed(event, found.dataset.mark ?? "", found.dataset.does ?? "");
    });
  on("click", (_event, key, does) => act(page, key, does));
  on("input", ({ target }, key) => {
    const name = target instanceof HTMLInputElement ? "title" : "text";
    const flow = patchMark(editor.flow, key, { [name]: target.value });
    editor.change("Text changed", flow, { group: `write ${key}`, quiet: true });
  });
  on("pointerdown", (event, key, does) => press(page, event, key, does));
  on("keydown", (event, key, does) => {
    const by = ARROWS[event.key];
    if (event.key === "Escape") root.focus({ preventScroll: true });
    if (by && does === "hold") reshape(page, key, [by[0] * GRID, by[1] * GRID], event.shiftKey);
    if (by && does === "hold") event.preventDefault();
  });
  layer.addEventListener("keydown", (event) => event.stopPropagation()); // its letters are no keys
}

/** What a tool does. @param {DesignerPage} page @param {string} key @param {string} does */
function act({ editor, root }, key, does) {
  if (COLOURS.includes(does))
    editor.change(`Coloured ${does}`, patchMark(editor.flow, key, { colour: does }));
  if (does === "hold" && key.startsWith("group")) editor.select(stepsOf(editor.flow, key));
  if (does !== "remove") return;
  const label = key.startsWith("note") ? "Note deleted" : "Ungrouped";
  editor.change(label, patchMark(editor.flow, key, null));
  root.focus({ preventScroll: true });
}

/** Move a group or note, or a note's lower right corner. @param {DesignerPage} page @param {string} key @param {Point} by @param {boolean} [resizes] */
function reshape({ editor }, key, [dx, dy], resizes = false) {
  if (key.startsWith("group")) return drop(editor, placesOf(editor, key, [dx, dy]), "Group moved");
  const { x, y, w, h } = noteRect(editor.flow, key);
  const patch = resizes
    ? { size: /** @type {Point} */ ([Math.max(snap(w + dx), 112), Math.max(snap(h + dy), 80)]) }
    : { position: /** @type {Point} */ ([snap(x + dx), snap(y + dy)]) };
  const label = resizes ? "Note resized" : "Note moved";
  editor.change(label, patchMark(editor.flow, key, patch), { group: label });
}

/** @param {import("./editor.js").Editor} editor @param {string} key @param {Point} by @returns {Map<string, Point>} */
function placesOf(editor, key, [dx, dy]) {
  const rects = stepsOf(editor.flow, key).map((id) => editor.face(id));
  return new Map(rects.map(({ id, rect }) => [id, [snap(rect.x + dx), snap(rect.y + dy)]]));
}

/** Drag by the bar; a press without a drag writes. A note's text has a corner to resize it by. @param {DesignerPage} page @param {PointerEvent} event @param {string} key @param {string} does */
function press(page, event, key, does) {
  const { editor, scene, viewport } = page;
  const box = event.target instanceof HTMLTextAreaElement ? event.target : null;
  event.stopPropagation();
  const writes = !box && event.target === document.activeElement;
  if (event.button !== 0 || writes || (does && does !== "hold")) return;
  if (!box && !does) event.preventDefault();
  const from = viewport.point(event);
  const stop = new AbortController();
  /** @type {Point} */
  let by = [0, 0];
  const drag = (/** @type {PointerEvent} */ at) => {
    const [x, y] = viewport.point(at);
    by = [x - from[0], y - from[1]];
    if (key.startsWith("group")) return scene.preview(placesOf(editor, key, by));
    const rect = noteRect(editor.flow, key);
    if (!box) stand(scene.frames.element(key), { ...rect, x: rect.x + by[0], y: rect.y + by[1] });
  };
  const end = () => {
    stop.abort();
    scene.preview(new Map());
    const { w, h } = noteRect(editor.flow, key);
    const grown = /** @type {Point} */ (
      box ? [box.offsetWidth - w, box.offsetHeight + BAR - h] : by
    );
    if (Math.hypot(...grown) > SLOP) reshape(page, key, grown, box !== null);
    else if (!box && !does) write(page, key);
  };
  addEventListener("pointermove", drag, { signal: stop.signal });
  addEventListener("pointerup", end, { signal: stop.signal });
}
