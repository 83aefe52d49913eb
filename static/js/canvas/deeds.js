/**
 * What the deeds of designer/workflows/deeds.py do, as far as they are the canvas's own. Each speaks
 * when it is done, and leaves the focus where the keys act.
 * @import {Point} from "./types.js"
 * @import {DesignerPage} from "./page.js"
 */
import { copyPart } from "./document.js";
import { GRID } from "./geometry.js";
import { nodeIds, splitEnd, wireKey } from "./graph.js";
import { paste } from "./placing.js";
import { tidy } from "./tidy.js";
import { rename } from "./title_editing.js";
import { along, step } from "./walking.js";

/** @type {Record<string, Point>} */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

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
  if (!wire) {
    editor.say("No wire here.");
    return;
  }
  editor.select([], wireKey(wire));
  const [from, to] = [splitEnd(wire.from).id, wire.to].map((end) => editor.face(end).title);
  editor.say(`Wire from ${from} to ${to}. Slash adds a step here, Delete removes the wire.`);
}

/** @param {DesignerPage} page @param {Point} direction @param {number} times */
function nudge({ editor, viewport }, [dx, dy], times) {
  if (editor.selection.size === 0) {
    viewport.pan(-dx * 48, -dy * 48);
    return;
  }
  /** @type {Map<string, Point>} */
  const places = new Map();
  for (const id of editor.selection) {
    const { x, y } = editor.face(id).rect;
    places.set(id, [x + dx * GRID * times, y + dy * GRID * times]);
  }
  editor.place(places, "Moved", "nudge");
}
