import assert from "node:assert/strict";
import { test } from "node:test";
import { readSeries } from "./plot.js";

test("reads instants as seconds and texts as numbers, each part by itself", () => {
  const rows = [
    { at: "1970-01-01T00:01:00Z", numbers: [" 7 ", "1"] },
    { at: "1970-01-01T00:02:00Z", numbers: ["0", "2"] },
  ];

  assert.deepEqual(readSeries(rows), [
    [60, 120],
    [7, 0],
    [1, 2],
  ]);
});
