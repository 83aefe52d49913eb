import assert from "node:assert/strict";
import { test } from "node:test";
import { reach, splitEnd, targetsFor, wasTaken, whyNot } from "./graph.js";

const STEP = { block: "x.y", version: "1.0.0" };
const FLOW = {
  flow: 1,
  name: "",
  triggers: { start: { kind: "manual" } },
  steps: { a: STEP, b: STEP, c: STEP },
  wires: [
    { from: "start", to: "a" },
    { from: "a:done", to: "b" },
    { from: "b:done", to: "c" },
  ],
};

test("a trigger's end has no port", () => {
  assert.deepEqual(splitEnd("start"), { id: "start", port: "" });
  assert.deepEqual(splitEnd("a:done"), { id: "a", port: "done" });
});

test("a wire that closes a circle, meets itself or is there already is refused with the reason", () => {
  assert.match(whyNot(FLOW, "c:done", "a") ?? "", /circle/);
  assert.match(whyNot(FLOW, "a:done", "a") ?? "", /itself/);
  assert.match(whyNot(FLOW, "a:done", "b") ?? "", /already/);
  assert.match(whyNot(FLOW, "a:done", "start") ?? "", /trigger/);
  assert.equal(whyNot(FLOW, "a:error", "c"), null);
});

test("the glowing targets are exactly those that would not be refused", () => {
  for (const from of ["start", "a:done", "a:error", "c:done"]) {
    const allowed = Object.keys(FLOW.steps).filter((id) => whyNot(FLOW, from, id) === null);
    assert.deepEqual([...targetsFor(FLOW, from)], allowed);
  }
});

test("what is reached comes nearest first", () => {
  assert.deepEqual(reach(FLOW, "start", "down"), ["a", "b", "c"]);
});

const RUN = {
  state: "failed",
  trigger: "start",
  steps: {
    a: { status: "done", port: "done", text: "1 s", said: "Done" },
    b: { status: "failed", port: "error", text: "Failed", said: "Failed" },
    c: { status: "dead", text: "Skipped", said: "Skipped" },
  },
};

test("a run went along the wires of the port its step left by", () => {
  assert.equal(wasTaken({ from: "a:done", to: "b" }, FLOW, RUN), true);
  assert.equal(wasTaken({ from: "a:other", to: "b" }, FLOW, RUN), false);
  assert.equal(wasTaken({ from: "b:error", to: "c" }, FLOW, RUN), true);
  assert.equal(wasTaken({ from: "b:done", to: "c" }, FLOW, RUN), false);
});

test("only the trigger that started a run leads on", () => {
  const flow = { ...FLOW, triggers: { start: { kind: "manual" }, rule: { kind: "rule" } } };
  assert.equal(wasTaken({ from: "start", to: "a" }, flow, RUN), true);
  assert.equal(wasTaken({ from: "rule", to: "a" }, flow, RUN), false);
  assert.equal(wasTaken({ from: "start", to: "c" }, flow, RUN), false);
  assert.equal(wasTaken({ from: "rule", to: "a" }, flow, { ...RUN, trigger: undefined }), true);
});

test("of the rounds of a loop each port counts that any of them left by", () => {
  const rounds = {
    ...RUN,
    steps: { a: { status: "running", text: "", said: "", ports: ["done", "error"] } },
  };
  assert.equal(wasTaken({ from: "a:error", to: "b" }, FLOW, rounds), true);
  assert.equal(wasTaken({ from: "a:other", to: "b" }, FLOW, rounds), false);
});
