import assert from "node:assert/strict";
import { test } from "node:test";
import { staysFor } from "./toast.js";

test("a message that can be undone stays longer than others, a bad one longer than a good one", () => {
  /** @type {import("./toast.js").Toast} */
  const said = { text: "3 alarms shelved.", tone: "neutral", undo: "" };
  const bad = staysFor({ ...said, tone: "bad" });

  assert.ok(bad > staysFor(said));
  assert.ok(staysFor({ ...said, undo: "/t/acme/alarms/undo?deed=1" }) > bad);
});
