import assert from "node:assert/strict";
import { test } from "node:test";
import { overlaps } from "./geometry.js";
import { freeLane, pathBox, wirePath } from "./routing.js";

/** @param {number} x @param {number} y */
const rect = (x, y) => ({ x, y, w: 208, h: 80 });
const [SOURCE, TARGET] = [rect(0, 0), rect(800, 0)];

/** @param {import("./types.js").Rect[]} blocks @param {number} [shift] */
const path = (blocks, shift) => {
  const all = [SOURCE, TARGET, ...blocks];
  const near = (/** @type {import("./types.js").Rect} */ area) =>
    all.filter((one) => overlaps(one, area));
  return wirePath([208, 59], [800, 24], SOURCE, TARGET, near, shift);
};

test("a wire with nothing in its way is one smooth curve", () => {
  assert.match(path([rect(400, 200)]), /^M208 59C/);
});

test("a wire goes round a block that stands in its way", () => {
  const heights = [...path([rect(400, 0)]).matchAll(/V(-?[\d.]+)/g)].map((found) =>
    Number(found[1]),
  );

  assert.ok(
    heights.every((y) => y < 0 || y > 80 || y === 24 || Math.abs(y - 24) <= 10),
    `${heights}`,
  );
  assert.match(path([rect(400, 0)]), /H/);
});

test("wires that run along each other lie apart", () => {
  assert.notEqual(path([rect(400, 0)], 0), path([rect(400, 0)], 6));
});

test("a wire that goes back keeps clear of what stands below its ends", () => {
  const below = rect(400, 96);
  const back = wirePath([1008, 59], [0, 24], TARGET, SOURCE, () => [SOURCE, TARGET, below]);

  const lane = Number(
    /V(-?[\d.]+)Q\S+ \S+ \S+ \S+H/.exec(back)?.[1] ?? back.match(/ (-?[\d.]+)H/g)?.[0],
  );
  assert.ok(lane < 96 || lane > 176, `${lane}`);
});

test("the free lane is the one nearest to the wish", () => {
  assert.equal(freeLane(40, []), 40);
  assert.equal(freeLane(30, [rect(0, 0)]), -14);
  assert.equal(freeLane(60, [rect(0, 0), rect(0, 84)]), -14);
});

test("what a wire lies in holds every lane it runs along", () => {
  const between = [0, 1, 2, 3].map((at) => rect(400, at * 100 - 120));
  const drawn = path(between);
  const box = pathBox(drawn);

  const lanes = [...drawn.matchAll(/V(-?[\d.]+)/g)].map(([, y]) => Number(y));
  assert.ok(lanes.some((y) => Math.abs(y - 40) > 100));
  for (const y of lanes) assert.ok(box && box.y <= y && y <= box.y + box.h);
});
