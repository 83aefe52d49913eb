import assert from "node:assert/strict";
import { test } from "node:test";
import { heldAddress, isBusy } from "./alarm-list.js";

const quiet = { ticked: 0, focused: false, scrolled: 0, dialog: false, open: false, later: false };

test("a list that nobody works in takes new rows", () => {
  assert.equal(isBusy(quiet), false);
  assert.equal(isBusy({ ...quiet, scrolled: 40 }), false);
});

test("a list in use keeps its rows", () => {
  for (const busy of [
    { ticked: 1 },
    { focused: true },
    { scrolled: 200 },
    { open: true },
    { later: true },
  ])
    assert.equal(isBusy({ ...quiet, ...busy }), true);
});

test("a held refresh names the rows that are shown", () => {
  const held = { shown: ["a", "b"], asOf: "2026-11-26T12:00:00+00:00", more: "" };
  assert.equal(
    heldAddress("/t/acme/alarms?q=fan", held),
    "/t/acme/alarms?q=fan&shown=a%2Cb&as_of=2026-11-26T12%3A00%3A00%2B00%3A00",
  );
});
