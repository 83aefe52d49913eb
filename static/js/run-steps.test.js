import assert from "node:assert/strict";
import { test } from "node:test";
import { stepAddress, stepIdOf } from "./run-steps.js";

test("a step in a round is known by its id", () => {
  assert.equal(stepIdOf("call"), "call");
  assert.equal(stepIdOf("each[3].call"), "call");
  assert.equal(stepIdOf("a[1].b[0].call"), "call");
  assert.equal(stepIdOf(""), "");
});

test("an undo stands for the step it takes back", () => {
  assert.equal(stepIdOf("each[3].call~undo"), "call");
});

test("an address shows a step whatever its id", () => {
  assert.equal(stepAddress("/runs/1?in=a&step=STEP", "b"), "/runs/1?in=a&step=b");
  assert.equal(
    stepAddress("/runs/1?step=STEP&only=failed", "a&b"),
    "/runs/1?step=a%26b&only=failed",
  );
});
