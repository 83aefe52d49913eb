import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf, TrialMarks } from "./trial_marks.js";

const RUN = { held: ["b"], changed: ["a", "b"] };

test("a step's marks say whether it is pinned, held before and changed since", () => {
  assert.deepEqual(marksOf("a", new Set(["a"]), new Set(["a"]), null), ["pinned", "stop"]);
  assert.deepEqual(marksOf("b", new Set(), new Set(), /** @type {any} */ (RUN)), [
    "held",
    "changed",
  ]);
  assert.deepEqual(marksOf("c", new Set(), new Set(), /** @type {any} */ (RUN)), []);
});

function marks(/** @type {Record<string, object>} */ steps) {
  const page = new EventTarget();
  Object.assign(globalThis, {
    document: Object.assign(page, { body: new EventTarget(), querySelector: () => null }),
  });
  const editor = { flow: { steps }, on() {} };
  const found = { deeds: {}, sends: {}, facts: { pins: ["a"] }, editor, scene: { element() {} } };
  return new TrialMarks(/** @type {any} */ (found));
}

test("a step that is called otherwise keeps its marks once the draft is saved", () => {
  const found = marks({});
  found.stops.add("a");

  const detail = { called: { a: "z", b: "y" }, pins: ["z"] };
  document.dispatchEvent(new CustomEvent("draft:checked", { detail }));

  assert.deepEqual([...found.stops], ["z"]);
  assert.deepEqual([...found.pins], ["z"]);
});

test("a step that is gone is held before no more, until undo brings it back", () => {
  const steps = /** @type {Record<string, object>} */ ({ a: {} });
  const found = marks(steps);
  found.stops.add("a").add("b");

  assert.deepEqual(found.stopsThere, ["a"]);
  steps.b = {};
  assert.deepEqual(found.stopsThere, ["a", "b"]);
});
