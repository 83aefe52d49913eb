import assert from "node:assert/strict";
import { test } from "node:test";
import { flatten, nest } from "./bodies.js";

/** @param {[number, number]} position */
const step = (position) => ({ block: "garland.wait", version: "1.0.0", position });

const KEPT = {
  flow: 1,
  name: "Rounds",
  triggers: { start: { kind: "manual", position: [0, 0] } },
  steps: {
    rounds: {
      ...step([272, 16]),
      body: {
        steps: { one: step([0, 0]), inner: { ...step([272, 0]), body: { steps: {}, wires: [] } } },
        wires: [{ from: "one:done", to: "inner" }],
      },
    },
  },
  wires: [{ from: "start", to: "rounds" }],
};

test("on the canvas the steps of a body stand among the others, at places of their own", () => {
  const flat = flatten(KEPT);

  assert.deepEqual(Object.keys(flat.steps), ["rounds", "one", "inner"]);
  assert.equal(flat.steps.inner.within, "rounds");
  assert.deepEqual(flat.steps.one.position, [272 + 24, 16 + 176]);
  assert.equal(flat.wires.length, 2);
});

test("what was flattened is kept as it was", () => {
  assert.deepEqual(nest(flatten(KEPT)), KEPT);
});

test("moving a loop with its body changes the loop's place alone", () => {
  const flat = flatten(KEPT);
  for (const moved of Object.values(flat.steps)) {
    const [x, y] = moved.position ?? [0, 0];
    moved.position = [x + 32, y];
  }

  const kept = nest(flat);

  assert.deepEqual(kept.steps.rounds.position, [304, 16]);
  assert.deepEqual(kept.steps.rounds.body, KEPT.steps.rounds.body);
});

test("nothing is kept further out than the schema takes", () => {
  const flat = flatten(KEPT);
  flat.steps.rounds.position = [-3_000_000, 16];
  flat.steps.one.position = [3_000_000, 0];
  flat.triggers.start.position = [0, 2e9];

  const kept = nest(flat);

  assert.deepEqual(kept.steps.rounds.position, [-1_000_000, 16]);
  assert.equal(kept.steps.rounds.body.steps.one.position[0], 1_000_000);
  assert.deepEqual(kept.triggers.start.position, [0, 1_000_000]);
});
