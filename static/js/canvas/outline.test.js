import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Editor } from "./editor.js";
import { mountOutline } from "./outline.js";

class Place extends EventTarget {
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
/** @type {Record<string, (event: any) => void>} */
let deeds;
/** @type {string[]} what was done on the canvas */
let moved;

beforeEach(() => {
  root = new Place();
  moved = [];
  const step = (/** @type {number} */ x) => ({ block: "x", version: "1", position: [x, 0] });
  editor = new Editor({ triggers: {}, steps: { a: step(0), b: step(300) }, wires: [] }, {});
  const document = { querySelectorAll: () => [] };
  Object.assign(globalThis, { document, localStorage: { getItem: () => "on" } });
  const scene = { cull() {}, faces: () => editor.faces(), element: () => null };
  const choose = (/** @type {string} */ id) => editor.select([id]);
  deeds = { nudge: ({ key }) => moved.push(key) };
  mountOutline(/** @type {any} */ ({ deeds, editor, root, scene, choose, show: choose }));
});

test("Home goes to the first step, End to the last", () => {
  deeds.first(null);
  assert.equal(editor.only, "a");

  deeds.last(null);
  assert.equal(editor.only, "b");
});

test("arrows walk through the list and stop at its ends", () => {
  const seen = ["ArrowUp", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowLeft"].map((key) => {
    deeds.nudge({ key });
    return editor.only;
  });

  assert.deepEqual(seen, ["a", "b", "b", "a", "a"]);
  assert.deepEqual(moved, []);
});

test("on the canvas arrows move what is selected", () => {
  root.classList.toggle("canvas--outline", false);

  deeds.nudge({ key: "ArrowDown" });

  assert.deepEqual(moved, ["ArrowDown"]);
});
