import assert from "node:assert/strict";
import { test } from "node:test";
import { mountClipboard, partOf } from "./clipboard.js";
import { Editor } from "./editor.js";

const step = { block: "core.wait", version: "1.0.0", position: [0, 0] };
const wire = { from: "a:ok", to: "b" };
const group = (/** @type {string[]} */ ...steps) => ({ title: "Mail", colour: "blue", steps });
/** @type {any} */
const FLOW = {
  triggers: {},
  steps: { a: step, b: step, c: step },
  wires: [wire],
  canvas: { groups: { whole: group("a", "b"), half: group("b", "c") }, notes: { note_1: {} } },
};

test("a group is copied with its steps, where all of them are", () => {
  const part = partOf(FLOW, new Set(["a", "b"]));

  assert.deepEqual(part.canvas, { groups: { whole: group("a", "b") } });
});

test("cutting takes steps away, and no wire that is selected", () => {
  const root = Object.assign(new EventTarget(), { contains: () => true });
  const page = new EventTarget();
  Object.assign(globalThis, { document: Object.assign(page, { activeElement: root }) });
  const editor = new Editor(FLOW, {});
  mountClipboard(/** @type {any} */ ({ deeds: {}, editor, facts: {}, root, viewport: {} }));

  editor.select([], "a:ok>b");
  page.dispatchEvent(new Event("cut"));
  assert.deepEqual(editor.flow.wires, [wire]);

  editor.select(["c"]);
  page.dispatchEvent(new Event("cut"));
  assert.deepEqual(Object.keys(editor.flow.steps), ["a", "b"]);
});
