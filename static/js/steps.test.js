import assert from "node:assert/strict";
import { test } from "node:test";
import { isMeant } from "./steps.js";

test("once a row is gone, no other row is taken for it", () => {
  assert.equal(isMeant("del:/objects/1", true), false);
});

test("a row is taken out, and what else is asked is done", () => {
  assert.equal(isMeant("del:/objects/1", false), true);
  assert.equal(isMeant("add:/objects", true), true);
  assert.equal(isMeant("", true), true);
});
