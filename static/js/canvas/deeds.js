/**
 * What the deeds of designer/workflows/deeds.py do, as far as they are the canvas's own. Each speaks
 * when it is done, and leaves the focus where the keys act.
 * @import {Point} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { askJson } from "./asking.js";
import { nest } from "./bodies.js";
import { copyPart } from "./document.js";
import { ARROWS, GRID } from "./geometry.js";
import { nodeIds, splitEnd, wireKey } from "./graph.js";
import { paste } from "./placing.js";
import { along, step } from "./walking.js";

/** @param {DesignerPage} page @returns {DesignerPage["deeds"]} */
export function canvasDeeds(page) {
  const { editor, saving, scene, viewport } = page;
  const go = (/** @type {string|null} */ id) =>
    id ? page.show(id) : editor.say("Nothing that way.");
  const next = (/** @type {1|-1} */ by) => () => go(step(scene.faces(), editor.only, by));
  return {
    undo: () => editor.undo(),
    redo: () => editor.redo(),
    "zoom-in": () => viewport.zoom(1.2),
    "zoom-out": () => viewport.zoom(1 / 1.2),
    actual: () => viewport.actual(),
    fit: () => page.fit(),
    palette: () => page.toggleDrawer("palette"),
    inspector: () => page.toggleDrawer("inspector"),
    help: () => /** @type {HTMLDialogElement} */ (document.querySelector("#help")).showModal(),
    all: () => editor.select(nodeIds(editor.flow)),
    none: () => editor.select([]),
    before: next(-1),
    after: next(1),
    "show-step": (_event, button) => page.show(button.value),
    walk: (event) => go(walked(page, event.key)),
    wire: () => nextWire(page),
    nudge: (event) => nudge(page, ARROWS[event.key], 1),
    "nudge-far": (event) => nudge(page, ARROWS[event.key], 5),
    rename: () => rename(page),
    remove: () => editor.removeSelection(),
    duplicate: () => paste(editor, copyPart(editor.flow, editor.selection), "duplicated"),
    tidy: () => tidy(page),
    reload: () => {
      saving.forget();
      location.reload();
    },
  };
}

/** Along the wires; with one selected, to its ends. @param {DesignerPage} page @param {string} key */
function walked({ editor, scene }, key) {
  const { only, selectedWire } = editor;
  if (selectedWire)
    return /Right|Down/.test(key) ? selectedWire.to : splitEnd(selectedWire.from).id;
  return only ? along(editor.flow, only, key) : step(scene.faces(), null, 1);
}

/** Select the wire that leaves a step, or else leads to it; from wire to wire. @param {DesignerPage} page */
function nextWire({ editor }) {
  const { flow, only, selectedWire } = editor;
  const leaves = flow.wires.find((one) => splitEnd(one.from).id === only);
  const at = selectedWire ? flow.wires.indexOf(selectedWire) : -1;
  const enters = flow.wires.find((one) => one.to === only);
  const wire = only ? (leaves ?? enters) : flow.wires[(at + 1) % flow.wires.length];
  if (!wire) return editor.say("No wire here.");
  editor.select([], wireKey(wire));
  const [from, to] = [splitEnd(wire.from).id, wire.to].map((end) => editor.face(end).title);
  editor.say(`Wire from ${from} to ${to}. Slash adds a step here, Delete removes the wire.`);
}

/** @param {DesignerPage} page @param {Point} direction @param {number} times */
function nudge({ editor, viewport }, [dx, dy], times) {
  if (editor.selection.size === 0) return viewport.pan(-dx * 48, -dy * 48);
  /** @type {Map<string, Point>} */
  const places = new Map();
  for (const id of editor.selection) {
    const { x, y } = editor.face(id).rect;
    places.set(id, [x + dx * GRID * times, y + dy * GRID * times]);
  }
  editor.place(places, "Moved", "nudge");
}

/** The server lays out in layers, from left to right: what is selected where that is several steps, else all. @param {DesignerPage} page */
async function tidy(page) {
  const { editor, facts } = page;
  const chosen = editor.only ? [] : [...editor.selection];
  const asked = { document: nest(editor.flow), chosen };
  const answer = await askJson(facts.tidy_url, asked, facts.csrf).catch(() => null);
  const { places, errors } = (await answer?.json().catch(() => null)) ?? {};
  if (!places)
    return editor.say(`Not tidied: ${errors?.[0]?.message ?? "no connection, try again"}.`);
  editor.place(new Map(/** @type {[string, Point][]} */ (Object.entries(places))), "Tidied");
  if (chosen.length === 0) page.fit();
}

/** A step is renamed in place: Enter keeps what is written, Escape brings the old title back. @param {DesignerPage} page */
function rename(page) {
  const { editor, scene } = page;
  const id = editor.only ?? "";
  const title = scene.element(id)?.querySelector(".node__title");
  if (!(title instanceof HTMLElement)) return;
  const before = title.textContent ?? "";
  title.contentEditable = "plaintext-only";
  title.focus();
  getSelection()?.selectAllChildren(title);
  title.onblur = () => {
    title.contentEditable = "false";
    title.onblur = null;
    const name = (title.textContent ?? "").trim().slice(0, 120);
    title.textContent = before;
    if (name === before) return;
    editor.patchEach({ [id]: { title: name || undefined } }, `${before} renamed`);
  };
  title.onkeydown = (event) => {
    const { key } = event;
    event.stopPropagation();
    if (key === "Escape") title.textContent = before;
    if (key === "Escape" || key === "Enter") page.focus();
  };
}
