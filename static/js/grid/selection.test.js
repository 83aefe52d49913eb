import assert from "node:assert/strict";
import { test } from "node:test";
import { asText, between, isSeveral, stepped } from "./selection.js";

test("a step stays inside the grid", () => {
  assert.deepEqual(stepped({ row: 0, column: 1 }, [-1, 0], 3, 2), { row: 0, column: 1 });
  assert.deepEqual(stepped({ row: 2, column: 1 }, [1, 1], 3, 2), { row: 2, column: 1 });
  assert.deepEqual(stepped({ row: 1, column: 0 }, [1, 1], 3, 2), { row: 2, column: 1 });
});

test("a rectangle is the same from any of its corners", () => {
  const one = { row: 2, column: 1 };
  const other = { row: 1, column: 0 };
  assert.deepEqual(between(one, other), between(other, one));
  assert.equal(between(one, other).flat().length, 4);
});

test("cells are written as a spreadsheet takes them", () => {
  assert.equal(
    asText([
      ["a", "b"],
      ['say "x"', ""],
    ]),
    'a\tb\n"say ""x"""\t',
  );
});

test("a cell with its line end is one cell", () => {
  assert.equal(isSeveral("a\r\n"), false);
  assert.equal(isSeveral("a\tb"), true);
  assert.equal(isSeveral("a\nb\n"), true);
});
