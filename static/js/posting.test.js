import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvents } from "./posting.js";

test("an answer names the events it raises", () => {
  assert.deepEqual(readEvents('{"toast": {"text": "Done"}, "deed": {}}'), [
    ["toast", { text: "Done" }],
    ["deed", {}],
  ]);
});

test("an answer without events, or with what is none, raises none", () => {
  for (const header of [null, "", "null", "saved", '"saved"', "7"])
    assert.deepEqual(readEvents(header), []);
});
