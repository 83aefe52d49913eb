import assert from "node:assert/strict";
import { test } from "node:test";
import { inserted, readable } from "./variables.js";

const STEP = { block: "x.look", version: "1.0.0" };
const FLOW = {
  flow: 1,
  name: "",
  triggers: { start: { kind: "rule" } },
  steps: { look: { ...STEP, title: "Find the site" }, log: STEP, after: STEP },
  wires: [
    { from: "start", to: "look" },
    { from: "look:done", to: "log" },
    { from: "log:done", to: "after" },
  ],
};
const ENTRY = /** @type {any} */ ({
  title: "Look up",
  outputs: [{ name: "done", schema: { properties: { tier: {}, "not-a-name": {} } } }],
});

test("a step reads what comes before it and the alarm, nothing else", () => {
  const paths = readable(FLOW, "log", { "x.look@1.0.0": ENTRY });

  assert.deepEqual(paths[0], { path: "steps.look.output.tier", from: "Find the site" });
  assert.ok(paths.some((one) => one.path === "trigger.alarm.managed_object"));
  assert.ok(!paths.some((one) => /log|after|not-a-name/.test(one.path)));
});

test("a step that decides by a table reads as what that table answers", () => {
  const entry = { ...ENTRY, tables: { setting: "table", paths: { t1: ["values.team", "rows"] } } };
  const read = (/** @type {string} */ table) => {
    const steps = { ...FLOW.steps, look: { ...STEP, config: { table } } };
    return readable({ ...FLOW, steps }, "log", { "x.look@1.0.0": entry }).map((one) => one.path);
  };

  assert.deepEqual(read("t1").slice(0, 2), [
    "steps.look.output.values.team",
    "steps.look.output.rows",
  ]);
  assert.equal(read("t2")[0], "steps.look.output.tier");
});

test("what a webhook brought is read instead of the alarm, or beside it", () => {
  const hook = { kind: "webhook" };
  const paths = (/** @type {Record<string, any>} */ triggers) =>
    readable({ ...FLOW, triggers }, "look", {}).map((one) => one.path);

  assert.deepEqual(paths({ hook })[0], "trigger.body");
  assert.ok(!paths({ hook }).includes("trigger.alarm.id"));
  assert.ok(paths({ hook, start: { kind: "rule" } }).includes("trigger.alarm.id"));
});

test("where a schedule starts the workflow, its steps read when it was due", () => {
  const triggers = { clock: { kind: "schedule", cron: "0 6 * * *" } };
  const paths = readable({ ...FLOW, triggers }, "log", {}).map((one) => one.path);

  assert.ok(paths.includes("trigger.at"));
  assert.ok(!readable(FLOW, "log", {}).some((one) => one.path === "trigger.at"));
});

test("a picked path makes an empty field an expression, and joins one that is there", () => {
  assert.equal(inserted("", 0, "trigger.alarm.id"), "= trigger.alarm.id");
  assert.equal(inserted("=  == 1", 2, "run.id"), "= run.id == 1");
});
