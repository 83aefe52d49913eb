import assert from "node:assert/strict";
import { test } from "node:test";
import { isSame, sameFields } from "./form_history.js";

test("fields are compared by name", () => {
  assert.equal(sameFields({ a: "1" }, { a: "2" }), true);
  assert.equal(sameFields({ a: "1" }, { b: "1" }), false);
});

test("a form is the same while each field holds the same", () => {
  assert.equal(isSame({ a: "1", b: "2" }, { b: "2", a: "1" }), true);
  assert.equal(isSame({ a: "1" }, { a: "2" }), false);
});
