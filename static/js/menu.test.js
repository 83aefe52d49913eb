import assert from "node:assert/strict";
import { test } from "node:test";
import { stepTo } from "./menu.js";

const ITEMS = ["rename", "copy", "delete"];

test("arrows go round at both ends", () => {
  assert.equal(stepTo("ArrowDown", ITEMS, 2), "rename");
  assert.equal(stepTo("ArrowUp", ITEMS, 0), "delete");
});

test("the first arrow leads from the button into the menu", () => {
  assert.equal(stepTo("ArrowDown", ITEMS, -1), "rename");
  assert.equal(stepTo("ArrowUp", ITEMS, -1), "delete");
});

test("Home and End lead to the ends", () => {
  assert.equal(stepTo("Home", ITEMS, 1), "rename");
  assert.equal(stepTo("End", ITEMS, 1), "delete");
});

test("another key leads nowhere, nor does any in a menu without items", () => {
  assert.equal(stepTo("a", ITEMS, 1), undefined);
  assert.equal(stepTo("ArrowDown", [], -1), undefined);
});
