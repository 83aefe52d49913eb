import assert from "node:assert/strict";
import test from "node:test";
import { isBusy, refreshAddress } from "./run-list.js";

const IDLE = { ticked: 0, focused: false, scrolled: 0, dialog: false };

test("new rows wait while a row is ticked, focused or the page is scrolled", () => {
  assert.equal(isBusy(IDLE), false);
  assert.equal(isBusy({ ...IDLE, ticked: 1 }), true);
  assert.equal(isBusy({ ...IDLE, focused: true }), true);
  assert.equal(isBusy({ ...IDLE, scrolled: 300 }), true);
});

test("a busy list is refreshed as of its newest row, another page as it is", () => {
  assert.equal(refreshAddress("/runs?q=a", "TOP", true), "/runs?q=a&as_of=TOP");
  assert.equal(refreshAddress("/runs?q=a&as_of=OLD", "TOP", false), "/runs?q=a");
  assert.equal(refreshAddress("/runs?cursor=X", "TOP", true), "/runs?cursor=X");
});
