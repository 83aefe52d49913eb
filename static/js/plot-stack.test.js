import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf, stacked } from "./plot-stack.js";

test("lays series on each other", () => {
  const series = [
    [1, 0],
    [2, 3],
    [0, 4],
  ];

  assert.deepEqual(stacked(series), [
    [1, 0],
    [3, 3],
    [3, 7],
  ]);
});

test("the five severities have patterns of their own", () => {
  assert.equal(new Set([0, 1, 2, 3, 4].map(patternOf)).size, 5);
});
