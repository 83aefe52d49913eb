import assert from "node:assert/strict";
import { test } from "node:test";
import { readToast, staysFor } from "./toast.js";

test("reads the plain word htmx wraps as a value", () => {
  assert.deepEqual(readToast({ value: "Saved" }), { text: "Saved", tone: "neutral", undo: "" });
});

test("reads a message with a tone", () => {
  const said = { text: "Refused", tone: "bad", undo: "" };
  assert.deepEqual(readToast({ text: "Refused", tone: "bad" }), said);
});

test("a message that can be undone stays longer than others", () => {
  const said = readToast({ text: "3 alarms shelved.", undo: "/t/acme/alarms/undo?deed=1" });
  assert.equal(said.undo, "/t/acme/alarms/undo?deed=1");
  assert.ok(staysFor(said) > staysFor({ ...said, undo: "" }));
});

test("has nothing to say where nothing was carried", () => {
  assert.equal(readToast(undefined).text, "");
});
