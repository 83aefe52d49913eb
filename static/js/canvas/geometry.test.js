import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bounds,
  edgePan,
  fitView,
  freePlace,
  overlaps,
  reveal,
  toCanvas,
  zoomAt,
} from "./geometry.js";
import { laneFor, wirePath } from "./routing.js";

const SIZE = { w: 208, h: 120 };

test("a new node never lands on one that stands", () => {
  const taken = [
    { x: 0, y: 0, ...SIZE },
    { x: 0, y: 160, ...SIZE },
  ];

  const [x, y] = freePlace({ x: 0, y: 0, ...SIZE }, taken);

  assert.ok(!taken.some((rect) => overlaps(rect, { x, y, ...SIZE })));
});

test("zooming keeps the point under the pointer", () => {
  const view = { x: 30, y: -20, zoom: 0.8 };

  const next = zoomAt(view, 1.5, [200, 100]);

  const [[ax, ay], [bx, by]] = [toCanvas(view, [200, 100]), toCanvas(next, [200, 100])];
  assert.ok(Math.abs(ax - bx) < 1e-9 && Math.abs(ay - by) < 1e-9);
});

test("fitting never enlarges, and an empty canvas has a view too", () => {
  assert.equal(fitView({ x: 0, y: 0, w: 10, h: 10 }, { w: 800, h: 600 }).zoom, 1);
  assert.equal(fitView(bounds([]), { w: 800, h: 600 }).zoom, 1);
});

test("what is on screen is not moved to be shown", () => {
  const view = { x: 0, y: 0, zoom: 1 };

  assert.equal(reveal(view, { x: 100, y: 100, ...SIZE }, { w: 800, h: 600 }), view);
});

test("a wire back runs below both nodes", () => {
  const source = { x: 400, y: 0, ...SIZE };
  const target = { x: 0, y: 20, ...SIZE };

  const lane = laneFor(source, target);

  assert.ok(lane > 140);
  assert.match(wirePath([608, 60], [0, 44], source, target), /^M608 60H/);
});

test("near an edge the canvas pans towards it, faster the nearer; elsewhere it stands still", () => {
  const screen = { w: 800, h: 600 };

  assert.deepEqual(edgePan([400, 300], screen), [0, 0]);
  assert.ok(edgePan([10, 300], screen)[0] > edgePan([20, 300], screen)[0]);
  assert.ok(edgePan([790, 595], screen).every((by) => by < 0));
});
