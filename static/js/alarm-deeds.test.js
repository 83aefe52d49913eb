import assert from "node:assert/strict";
import { test } from "node:test";
import { lacks } from "./alarm-deeds.js";
import { rowAfter } from "./alarm-rows.js";

test("a deed needs an alarm, and what is written needs words", () => {
  assert.match(lacks({ verb: "clear", alarms: 0, text: undefined }), /Choose an alarm/);
  assert.match(lacks({ verb: "comment", alarms: 1, text: " " }), /Write the comment/);
  assert.match(lacks({ verb: "shelve", alarms: 2, text: "" }), /why/);
});

test("what is complete is sent", () => {
  assert.equal(lacks({ verb: "clear", alarms: 1, text: undefined }), "");
  assert.equal(lacks({ verb: "comment", alarms: 3, text: "crew is on site" }), "");
});

test("the focus stays in its row, else goes to the one that took its place", () => {
  assert.equal(rowAfter(["c", "a", "b"], { id: "a", at: 0 }), 1);
  assert.equal(rowAfter(["b", "c"], { id: "a", at: 0 }), 0);
  assert.equal(rowAfter(["a", "b"], { id: "c", at: 2 }), 1);
  assert.equal(rowAfter([], { id: "a", at: 0 }), -1);
});
