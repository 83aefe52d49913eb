/** The designer's page: puts its parts together. */
import { island, need } from "./dom.js";
import { Editor } from "./editor.js";
import { Gestures } from "./gestures.js";
import { splitEnd } from "./graph.js";
import { Inspector } from "./inspector.js";
import { KeyLink } from "./key_link.js";
import { Keys } from "./keys.js";
import { Minimap } from "./minimap.js";
import { mountPalette } from "./palette.js";
import { QuickAdd } from "./quick_add.js";
import { Saving } from "./saving.js";
import { Scene } from "./scene.js";
import { mountProblems, showSaveState } from "./status.js";
import { tidyPlaces } from "./tidy.js";
import { Trial } from "./trial.js";
import { Viewport } from "./viewport.js";

const facts = island("designer-facts");
const page = need(".designer");
const root = need("#canvas");
const world = need(".canvas__world", root);
const editor = new Editor(facts.flow, facts.blocks);
const viewport = new Viewport(root, world, need(".canvas__dots", root));
const scene = new Scene(world, facts.blocks);
/** @type {import("./types.js").Entry[]} */
const entries = Object.values(facts.blocks);
entries.sort((a, b) => a.order - b.order || a.title.localeCompare(b.title));
const quick = new QuickAdd(/** @type {HTMLDialogElement} */ (need("#quick-add")), entries);
const inspector = new Inspector(editor, need("#inspector"), facts.inspector_url);
const saving = new Saving(editor, facts, showSaveState);
const map = new Minimap(/** @type {HTMLCanvasElement} */ (need("#minimap")), viewport);
const gestures = new Gestures(root, editor, scene, viewport, addFromPort);
const link = new KeyLink(editor, gestures);
const keys = new Keys(
  root,
  { editor, scene, viewport, link },
  {
    quickAdd: () => quick.open((entry) => show(editor.addAfter(entry, editor.only))),
    settings: openSettings,
    rename: openSettings,
    tidy,
    find: () => page.querySelector("input")?.focus(),
    help: () => /** @type {HTMLDialogElement} */ (need("#help")).showModal(),
  },
);

/** @param {string} from @param {import("./types.js").Point} at */
function addFromPort(from, at) {
  const { id, port } = splitEnd(from);
  quick.open(
    (entry) => show(editor.addAfter(entry, id, port, at)),
    (entry) => entry.sort === "step",
  );
}

/** @param {string} id */
function show(id) {
  editor.select([id]);
  viewport.reveal(editor.face(id).rect);
  scene.element(id)?.focus({ preventScroll: true });
}

function openSettings() {
  page.dataset.drawer = "inspector";
  inspector.focus();
}

async function tidy() {
  editor.place(await tidyPlaces(editor.flow, editor.faces()), "Tidied");
  keys.fit();
}

/** @param {import("./types.js").Entry} entry @param {PointerEvent} event */
function drop(entry, event) {
  const under = document.elementFromPoint(event.clientX, event.clientY);
  if (!under || !root.contains(under)) return;
  const [x, y] = viewport.point(event);
  const key = under.closest("[data-wire]")?.getAttribute("data-wire");
  const wire = editor.flow.wires.find((one) => `${one.from}>${one.to}` === key) ?? null;
  const id = editor.addAt(entry, [x - 104, y - 24], wire);
  scene.element(id)?.focus({ preventScroll: true });
}

/** @type {Record<string, () => void>} */
const deeds = {
  undo: () => editor.undo(),
  redo: () => editor.redo(),
  tidy,
  "zoom-in": () => viewport.zoom(1.2),
  "zoom-out": () => viewport.zoom(1 / 1.2),
  fit: () => keys.fit(),
  remove: () => keys.remove(),
  duplicate: () => keys.duplicate(),
  palette: () => toggleDrawer("palette"),
  inspector: () => toggleDrawer("inspector"),
  reload: () => {
    saving.forget();
    location.reload();
  },
};

/** @param {string} name */
function toggleDrawer(name) {
  page.dataset.drawer = page.dataset.drawer === name ? "" : name;
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-deed]") : null;
  if (button instanceof HTMLElement) deeds[button.dataset.deed ?? ""]?.();
});

/** Publishing works on the saved draft: save first, then send the form. */
for (const form of document.querySelectorAll("form[data-needs-saved]")) {
  form.addEventListener("submit", async (event) => {
    if (!saving.isDirty || !(form instanceof HTMLFormElement)) return;
    event.preventDefault();
    if (await saving.now()) form.submit();
  });
}
const trialForm = document.querySelector("#trial form");
if (trialForm instanceof HTMLFormElement) {
  new Trial(trialForm, { editor, scene, saveNow: () => saving.now() }, facts);
}

function draw() {
  scene.draw(editor.flow);
  scene.showSelection(editor.selection, editor.wire);
  map.show(scene.faces(), editor.selection);
  need("#canvas-hint").hidden = scene.faces().length > 0;
  for (const [deed, can] of /** @type {const} */ ([
    ["undo", editor.can.undo],
    ["redo", editor.can.redo],
  ])) {
    for (const button of document.querySelectorAll(`[data-deed=${deed}]`))
      button.toggleAttribute("disabled", !can);
  }
}

const nameBox = /** @type {HTMLInputElement} */ (need("#flow-name"));
nameBox.addEventListener("change", () => {
  const name = nameBox.value.trim();
  if (name) editor.change("Workflow renamed", { ...editor.flow, name });
  nameBox.value = editor.flow.name;
});
editor.on("flow", () => {
  nameBox.value = editor.flow.name;
});
editor.on("flow", draw);
editor.on("selection", draw);
editor.on("problems", () => scene.showProblems(editor.problems));
editor.on("say", (text) => {
  need("#announcer").textContent = text;
  need("#canvas-said").textContent = text;
});
mountPalette(need("#palette"), entries, {
  add: (entry) => show(editor.addAfter(entry, editor.only)),
  drop,
});
mountProblems(editor, show);
draw();
editor.setProblems(facts.problems);
keys.fit();
root.addEventListener("pointerdown", () => {
  page.dataset.drawer = "";
});
root.addEventListener("dblclick", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-node]")) openSettings();
});
