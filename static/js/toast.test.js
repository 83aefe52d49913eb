import assert from "node:assert/strict";
import { test } from "node:test";
import { explainStatus, readToast } from "./toast.js";

test("reads the plain word htmx wraps as a value", () => {
  assert.deepEqual(readToast({ value: "Saved" }), { text: "Saved", tone: "neutral" });
});

test("reads a message with a tone", () => {
  assert.deepEqual(readToast({ text: "Refused", tone: "bad" }), { text: "Refused", tone: "bad" });
});

test("has nothing to say where nothing was carried", () => {
  assert.equal(readToast(undefined).text, "");
});

test("tells a signed-out person to sign in", () => {
  assert.match(explainStatus(401), /sign in/);
});

test("names the status of an unknown failure", () => {
  assert.match(explainStatus(503), /503/);
});
