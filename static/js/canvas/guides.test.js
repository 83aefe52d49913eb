import assert from "node:assert/strict";
import { test } from "node:test";
import { align } from "./guides.js";

/** @param {number} x @param {number} y @param {number} [h] */
const rect = (x, y, h = 80) => ({ x, y, w: 200, h });

test("a node is lined up with an edge that is near enough, and the guide joins both", () => {
  assert.deepEqual(align(rect(304, 205), [rect(300, 0)], 6), {
    dx: -4,
    dy: null,
    path: "M300 0V285",
  });
});

test("nodes of different height are lined up by their middles", () => {
  assert.deepEqual(align(rect(450, 27, 60), [rect(0, 0, 120)], 6), {
    dx: null,
    dy: 3,
    path: "M0 60H650",
  });
});

test("the nearest of several lines wins", () => {
  assert.equal(align(rect(103, 400), [rect(100, 0), rect(104, 0)], 6).dx, 1);
});

test("what is beyond reach pulls nothing", () => {
  assert.deepEqual(align(rect(320, 100), [rect(300, 0)], 6), { dx: null, dy: null, path: "" });
});
