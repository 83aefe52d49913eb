import assert from "node:assert/strict";
import { test } from "node:test";
import { sameFields } from "./form_history.js";

test("fields are compared by name", () => {
  assert.equal(sameFields({ a: "1" }, { a: "2" }), true);
  assert.equal(sameFields({ a: "1" }, { b: "1" }), false);
});
