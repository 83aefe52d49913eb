import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay } from "./live.js";

test("waits twice as long after each failed try", () => {
  assert.deepEqual([0, 1, 2, 3].map(retryDelay), [1000, 2000, 4000, 8000]);
});

test("never waits longer than half a minute", () => {
  assert.equal(retryDelay(40), 30_000);
});
