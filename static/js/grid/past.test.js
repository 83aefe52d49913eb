import assert from "node:assert/strict";
import { test } from "node:test";
import { Past, sameFields } from "./past.js";

test("undo and redo walk through what was entered", () => {
  const past = new Past({ a: "1" });
  past.enter({ a: "2" });
  past.enter({ a: "3" });

  assert.deepEqual(past.undo(), { a: "2" });
  assert.deepEqual(past.undo(), { a: "1" });
  assert.equal(past.undo(), null);
  assert.deepEqual(past.redo(), { a: "2" });
});

test("entering the same again is no step", () => {
  const past = new Past({ a: "1" });
  past.enter({ a: "1" });

  assert.equal(past.canUndo, false);
});

test("a change after an undo forgets what was undone", () => {
  const past = new Past({ a: "1" });
  past.enter({ a: "2" });
  past.undo();
  past.enter({ a: "3" });

  assert.equal(past.canRedo, false);
});

test("fields are compared by name", () => {
  assert.equal(sameFields({ a: "1" }, { a: "2" }), true);
  assert.equal(sameFields({ a: "1" }, { b: "1" }), false);
});
