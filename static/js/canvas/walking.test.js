/** Tests of walking.js: the order in which nodes are listed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { flatten } from "./bodies.js";
import { outlineOrder } from "./walking.js";

test("the outline lists a loop's body after the loop, in reading order", () => {
  const log = (/** @type {object} */ more = {}) => ({ block: "log", version: "1", ...more });
  const inner = { steps: { x: log() }, wires: [] };
  const body = { steps: { p: log(), q: log({ body: inner }) }, wires: [] };
  const steps = { a: log(), each: log({ body }), b: log() };
  const drawn = flatten({ flow: 1, name: "x", triggers: {}, steps, wires: [] });
  const lefts = { b: 900, q: 500, x: 0, p: 300, each: 200, a: 100 };
  const faces = /** @type {any[]} */ (
    Object.entries(lefts).map(([id, x]) => ({ id, rect: { x, y: 0, w: 208, h: 98 } }))
  );

  assert.deepEqual(outlineOrder(drawn, faces), ["a", "each", "p", "q", "x", "b"]);
});
