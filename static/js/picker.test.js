import assert from "node:assert/strict";
import { test } from "node:test";
import { filled } from "./picker.js";

test("a picked path takes the place of what a box held", () => {
  assert.equal(filled("old", "host.name", false), "host.name");
});

test("a picked path becomes one line more where a box takes lines", () => {
  assert.equal(filled("site: a.b\n", "host.location", true), "site: a.b\nlocation: host.location");
});
