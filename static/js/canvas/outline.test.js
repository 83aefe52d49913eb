import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Editor } from "./editor.js";
import { mountOutline } from "./outline.js";

class Place extends EventTarget {
  tagName = "DIV";
  #names = new Set();
  classList = {
    toggle: (/** @type {string} */ name, /** @type {boolean} */ on) =>
      on ? this.#names.add(name) : this.#names.delete(name),
    contains: (/** @type {string} */ name) => this.#names.has(name),
  };
}

/** @type {Place} */
let root;
/** @type {Editor} */
let editor;
/** @type {string[]} */
let drawers;

beforeEach(() => {
  root = new Place();
  drawers = [];
  editor = new Editor({ triggers: {}, steps: { a: { block: "x", version: "1" } }, wires: [] }, {});
  const document = { querySelectorAll: () => [] };
  Object.assign(globalThis, { document, localStorage: { getItem: () => "on" } });
  const scene = { faces: () => editor.faces(), element: () => null };
  const openDrawer = (/** @type {string} */ name) => drawers.push(name);
  mountOutline(/** @type {any} */ ({ deeds: {}, editor, root, scene, openDrawer }));
});

const press = () =>
  root.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { key: "Home" }));

test("Home goes to the first step", () => {
  press();

  assert.equal(editor.only, "a");
});

test("a text field in the outline keeps its keys", () => {
  root.tagName = "TEXTAREA";

  assert.ok(press());
  assert.equal(editor.only, null);
});

test("a touch of the outline closes the drawers", () => {
  root.dispatchEvent(new Event("pointerdown"));

  assert.deepEqual(drawers, [""]);
});
