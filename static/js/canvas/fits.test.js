import assert from "node:assert/strict";
import { test } from "node:test";
import { follower, judge } from "./fits.js";

/** @param {string} id @param {object} more @returns {any} */
const entry = (id, more) => ({ key: `${id}@1`, sort: "step", id, outputs: [], ...more });
const CATALOGUE = {
  "trigger:rule": entry("rule", {
    sort: "trigger",
    outputs: [{ name: "", gives: ["string", "number", "object"] }],
  }),
  "find@1": entry("find", {
    outputs: [
      { name: "found", gives: ["array"] },
      { name: "none", gives: [] },
    ],
  }),
  "sort@1": entry("sort", {
    outputs: [{ name: "done", gives: ["array"] }],
    needs: [
      { part: "input", name: "items", title: "List", kinds: ["array"] },
      { part: "config", name: "by", title: "Sort by" },
    ],
  }),
  "log@1": entry("log", {
    needs: [{ part: "input", name: "text", title: "Text", kinds: ["string"] }],
  }),
};
/** @param {string} block @param {object} [more] @returns {any} */
const step = (block, more = {}) => ({ block, version: "1", ...more });
/** @type {import("./types.js").Flow} */
const FLOW = {
  flow: 1,
  name: "",
  triggers: { rule: { kind: "rule" } },
  steps: { find: step("find"), sort: step("sort"), log: step("log"), lost: step("gone") },
  wires: [{ from: "rule", to: "find" }],
};

test("a step is ready when all it needs can come from what comes before it", () => {
  assert.deepEqual(judge(FLOW, "rule", CATALOGUE)("log"), { fit: "good", why: "Fits." });
});

test("what nothing before gives, and settings that nobody filled in, are named", () => {
  const verdict = judge(FLOW, "find:none", CATALOGUE)("sort");

  assert.equal(verdict.fit, "amber");
  assert.match(verdict.why, /still to be filled in: List, Sort by\./);
  assert.match(judge(FLOW, "find:found", CATALOGUE)("sort").why, /in: Sort by\./);
});

test("what is filled in already is no need", () => {
  const steps = {
    ...FLOW.steps,
    sort: step("sort", { config: { by: "x" }, input: { items: "= 1" } }),
  };

  assert.equal(judge({ ...FLOW, steps }, "rule", CATALOGUE)("sort").fit, "good");
});

test("a wire that may not be drawn says why", () => {
  const verdict = judge(
    { ...FLOW, wires: [...FLOW.wires, { from: "find:found", to: "sort" }] },
    "sort:done",
    CATALOGUE,
  );

  assert.deepEqual(
    [verdict("find").fit, verdict("sort").fit, verdict("rule").fit],
    ["bad", "bad", "bad"],
  );
  assert.match(verdict("find").why, /circle/);
  assert.match(verdict("rule").why, /trigger/);
});

test("a step whose block is not installed says so", () => {
  assert.match(judge(FLOW, "rule", CATALOGUE)("lost").why, /not installed/);
});

test("what can follow is told from what lacks its data", () => {
  const fits = (/** @type {string} */ from) =>
    Object.values(CATALOGUE)
      .filter((one) => one.sort === "step" && follower(FLOW, from, CATALOGUE)(one).fit === "good")
      .map((one) => one.id);

  assert.deepEqual(fits("rule"), ["find", "log"]);
  assert.deepEqual(fits("find:found"), ["find", "sort", "log"]);
  assert.match(follower(FLOW, "rule", CATALOGUE)(CATALOGUE["sort@1"]).why, /needs: List$/);
});

test("the needs of a block are looked into once, however many steps are judged", () => {
  let looks = 0;
  const watched = {
    ...CATALOGUE["log@1"],
    get needs() {
      looks += 1;
      return CATALOGUE["log@1"].needs;
    },
  };
  const logs = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`s${n}`, step("log")]));
  const verdict = judge({ ...FLOW, steps: logs, wires: [] }, "rule", {
    ...CATALOGUE,
    "log@1": watched,
  });

  assert.ok(Object.keys(logs).every((id) => verdict(id).fit === "good"));
  assert.equal(looks, 1);
});
