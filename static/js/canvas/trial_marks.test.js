import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf, mountTrialMarks } from "./trial_marks.js";

const RUN = { held: ["b"], changed: ["a", "b"] };

test("a step's marks say whether it is pinned, held before and changed since", () => {
  assert.deepEqual(marksOf("a", new Set(["a"]), new Set(["a"]), null), ["pinned", "stop"]);
  assert.deepEqual(marksOf("b", new Set(), new Set(), /** @type {any} */ (RUN)), [
    "held",
    "changed",
  ]);
  assert.deepEqual(marksOf("c", new Set(), new Set(), /** @type {any} */ (RUN)), []);
});

/** Mounts the marks of a page with steps and its one pin; gives what is sent of the held ones, and the deed that holds. */
function marks(/** @type {Record<string, object>} */ steps) {
  const page = new EventTarget();
  Object.assign(globalThis, {
    document: Object.assign(page, { body: new EventTarget(), querySelector: () => null }),
  });
  const editor = { flow: { steps }, on() {}, say() {}, face: () => ({}) };
  const elements = /** @type {Record<string, any>} */ ({});
  const element = (/** @type {string} */ id) => {
    elements[id] ??= { dataset: {}, setAttribute() {} };
    return elements[id];
  };
  const sends = /** @type {any} */ ({});
  const deeds = /** @type {any} */ ({});
  const found = { deeds, sends, facts: { pins: ["a"] }, editor, scene: { element } };
  mountTrialMarks(/** @type {any} */ (found));
  const held = () => {
    const body = new FormData();
    sends.stops(body);
    return body.getAll("stops");
  };
  return { elements, held, hold: (/** @type {string} */ value) => deeds.hold(null, { value }) };
}

test("a step that is called otherwise keeps its marks once the draft is saved", () => {
  const { elements, held, hold } = marks({ a: {}, z: {} });
  hold("a");

  const detail = { called: { a: "z", b: "y" }, pins: ["z"] };
  document.dispatchEvent(new CustomEvent("draft:checked", { detail }));

  assert.deepEqual(held(), ["z"]);
  assert.deepEqual([elements.a.dataset.marks, elements.z.dataset.marks], ["", "pinned stop"]);
});

test("a step that is gone is held before no more, until undo brings it back", () => {
  const steps = /** @type {Record<string, object>} */ ({ a: {} });
  const { held, hold } = marks(steps);
  hold("a");
  hold("b");

  assert.deepEqual(held(), ["a"]);
  steps.b = {};
  assert.deepEqual(held(), ["a", "b"]);
});
