import assert from "node:assert/strict";
import { test } from "node:test";
import { nextRow } from "./row-walk.js";

test("the first step enters the list from its side", () => {
  assert.equal(nextRow(-1, 1, 5), 0);
  assert.equal(nextRow(-1, -1, 5), 4);
});

test("a step moves one row and stops at the ends", () => {
  assert.equal(nextRow(2, 1, 5), 3);
  assert.equal(nextRow(4, 1, 5), 4);
  assert.equal(nextRow(0, -1, 5), 0);
});
