import assert from "node:assert/strict";
import { test } from "node:test";
import { stepTo } from "./menu.js";

test("arrows go round at both ends", () => {
  assert.equal(stepTo("ArrowDown", 2, 3), 0);
  assert.equal(stepTo("ArrowUp", 0, 3), 2);
});

test("the first arrow down leads from the button to the first item", () => {
  assert.equal(stepTo("ArrowDown", -1, 3), 0);
});

test("another key leads nowhere", () => {
  assert.equal(stepTo("a", 1, 3), -1);
});
