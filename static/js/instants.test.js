import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, rewrite, write } from "./instants.js";

const NOON = Date.parse("2026-11-24T12:00:00Z");

for (const [seconds, words] of /** @type {const} */ ([
  [2, "just now"],
  [59, "59 s ago"],
  [60, "1 min ago"],
  [3_599, "59 min ago"],
  [7_200, "2 h ago"],
  [172_800, "2 d ago"],
])) {
  test(`${seconds} seconds back is "${words}"`, () => {
    assert.equal(ago(NOON - seconds * 1000, NOON), words);
  });
}

test("an instant ahead of a slow clock is just now", () => {
  assert.equal(ago(NOON + 3_000, NOON), "just now");
});

test("the time form has seconds", () => {
  assert.match(write(new Date(NOON), "time", NOON), /^\d\d:\d\d:\d\d$/);
});

test("a plot's hours are times of the day without seconds", () => {
  assert.match(write(new Date(NOON), "clock", NOON), /^\d\d:\d\d$/);
});

test("what stands around an instant stays", () => {
  const dataset = { at: "2026-11-24T12:00:00+00:00", before: "the alarm of ", after: ": nap-1" };
  const option = { dataset, textContent: "" };

  rewrite(/** @type {any} */ ({ querySelectorAll: () => [option] }));

  assert.equal(option.textContent, `the alarm of ${write(new Date(NOON), "", NOON)}: nap-1`);
});
