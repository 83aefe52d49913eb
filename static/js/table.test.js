import assert from "node:assert/strict";
import { test } from "node:test";
import { between } from "./table.js";

test("a range runs the same way from either end", () => {
  assert.deepEqual(between(2, 5), [2, 3, 4, 5]);
  assert.deepEqual(between(5, 2), [2, 3, 4, 5]);
});

test("a range of one row is that row", () => {
  assert.deepEqual(between(3, 3), [3]);
});
