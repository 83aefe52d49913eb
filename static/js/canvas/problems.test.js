import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "./problems.js";

/** @type {any} a loop's wires stand before those around it */
const FLOW = {
  triggers: { alarm: {} },
  steps: { loop: { loops: true }, inner: { within: "loop" }, last: { within: "loop" }, mail: {} },
  wires: [
    { from: "inner:ok", to: "last" },
    { from: "alarm", to: "loop" },
    { from: "loop:done", to: "mail" },
  ],
};

test("a wire is counted among those that stand beside it as they are kept", () => {
  assert.equal(placeOf(FLOW, "/wires/1/to", "").wire, FLOW.wires[2]);
  assert.equal(placeOf(FLOW, "/wires/2", "").wire, undefined);
});

test("a problem leads to its step, to its trigger, or to neither", () => {
  assert.equal(placeOf(FLOW, "/steps/mail/config/to", "mail").id, "mail");
  assert.equal(placeOf(FLOW, "/triggers/alarm/every", "").id, "alarm");
  assert.equal(placeOf(FLOW, "/vars/site", "").id, "");
});
