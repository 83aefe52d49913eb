import assert from "node:assert/strict";
import { test } from "node:test";
import { atStep, marksOf } from "./trial_marks.js";

const RUN = { held: ["b"], changed: ["a", "b"] };

test("a step's marks say whether it is pinned, held before and changed since", () => {
  assert.deepEqual(marksOf("a", new Set(["a"]), new Set(["a"]), null), ["pinned", "stop"]);
  assert.deepEqual(marksOf("b", new Set(), new Set(), /** @type {any} */ (RUN)), [
    "held",
    "changed",
  ]);
  assert.deepEqual(marksOf("c", new Set(), new Set(), /** @type {any} */ (RUN)), []);
});

test("an address names the step, and the run and port where there are", () => {
  const asked = { run: "r1", port: "" };
  assert.equal(atStep("/flow", "a b", "value", asked), "/flow/steps/a%20b/value?run=r1&port=");
});
