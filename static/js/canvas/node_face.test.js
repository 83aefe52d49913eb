import assert from "node:assert/strict";
import { test } from "node:test";
import { durationWords, statusWords } from "./node_face.js";

test("a step that is done says how long it took", () => {
  assert.equal(statusWords({ status: "done", duration_ms: 1234 }), "1.2 s");
  assert.equal(statusWords({ status: "done", duration_ms: null }), "Done");
});

test("any other state is a word, with the try where there was one before", () => {
  assert.equal(statusWords({ status: "failed", attempt: 3, duration_ms: 5 }), "Failed · try 3");
  assert.equal(statusWords({ status: "ready", attempt: 1 }), "Queued");
});

test("a step in a loop's body says how its rounds went", () => {
  assert.equal(statusWords({ status: "failed", text: "2 failed, 5 done" }), "2 failed, 5 done");
});

test("durations are short", () => {
  assert.equal(durationWords(0.2), "<1 ms");
  assert.equal(durationWords(90_000), "1 min 30 s");
  assert.equal(durationWords(undefined), "");
});
