import assert from "node:assert/strict";
import { test } from "node:test";
import { isBusy } from "./live-list.js";

const quiet = { ticked: 0, focused: false, scrolled: 0, dialog: false, open: false, later: false };

test("a list that nobody works in takes new rows", () => {
  assert.equal(isBusy(quiet), false);
  assert.equal(isBusy({ ...quiet, scrolled: 40 }), false);
});

for (const busy of [
  { ticked: 1 },
  { focused: true },
  { scrolled: 200 },
  { dialog: true },
  { open: true },
  { later: true },
]) {
  test(`a list in use keeps its rows: ${Object.keys(busy)[0]}`, () => {
    assert.equal(isBusy({ ...quiet, ...busy }), true);
  });
}
