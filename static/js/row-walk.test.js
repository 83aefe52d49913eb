import assert from "node:assert/strict";
import { test } from "node:test";
import { nextRow, rowAfter } from "./row-walk.js";

test("the first step enters the list from its side", () => {
  assert.equal(nextRow(-1, 1, 5), 0);
  assert.equal(nextRow(-1, -1, 5), 4);
});

test("a step moves one row and stops at the ends", () => {
  assert.equal(nextRow(2, 1, 5), 3);
  assert.equal(nextRow(4, 1, 5), 4);
  assert.equal(nextRow(0, -1, 5), 0);
});

test("the focus stays in its row, else goes to the one that took its place", () => {
  assert.equal(rowAfter(["c", "a", "b"], { id: "a", at: 0 }), 1);
  assert.equal(rowAfter(["b", "c"], { id: "a", at: 0 }), 0);
  assert.equal(rowAfter(["a", "b"], { id: "c", at: 2 }), 1);
  assert.equal(rowAfter([], { id: "a", at: 0 }), -1);
});
