import assert from "node:assert/strict";
import { test } from "node:test";
import { faceOf, HEAD_HEIGHT, outputPoint, outputPorts, PORT_HEIGHT } from "./face.js";

/** @type {import("./types.js").Entry} */
const SWITCH = {
  key: "garland.switch@1.0.0",
  sort: "step",
  id: "garland.switch",
  version: "1.0.0",
  title: "Switch",
  summary: "",
  category: "Flow",
  order: 1,
  name: "garland.switch",
  find: [],
  publisher: "garland",
  icon: "",
  outputs: [{ name: "otherwise", title: "Otherwise", tone: "neutral" }],
  dynamic: { from: "/cases", name: "/port", title: "/title" },
};

test("ports come from the settings, then the block, then error", () => {
  const cases = [{ port: "gold", title: "Gold" }, { port: "gold" }, { port: "" }, "rubbish"];

  const names = outputPorts(SWITCH, { cases }).map((port) => port.name);

  assert.deepEqual(names, ["gold", "otherwise", "error"]);
});

test("a step whose block is not installed still has a face", () => {
  const flow = {
    flow: 1,
    name: "",
    triggers: {},
    steps: { a: { block: "x.y", version: "1.0.0" } },
    wires: [],
  };

  const face = faceOf(flow, "a", {});

  assert.equal(face.missing, true);
  assert.equal(face.title, "a");
});

test("a wire of a removed port leaves from the last row", () => {
  /** @type {import("./types.js").Point} */
  const position = [10, 20];
  const step = { block: SWITCH.id, version: "1.0.0", position };
  const flow = { flow: 1, name: "", triggers: {}, steps: { a: step }, wires: [] };

  const face = faceOf(flow, "a", { [SWITCH.key]: SWITCH });

  assert.deepEqual(outputPoint(face, "gone"), [218, 20 + HEAD_HEIGHT + 1.5 * PORT_HEIGHT]);
});

test("a schedule says when it starts, whatever its kind", () => {
  const lines = [
    { cron: "0 6 * * *", timezone: "Europe/Berlin" },
    { timing: "interval", every_s: 5400 },
    { every_s: 60 },
    { at: "2026-12-24T18:00" },
    { timing: "once" },
  ].map((schedule) => {
    const trigger = { kind: "schedule", ...schedule };
    const flow = { flow: 1, name: "", triggers: { clock: trigger }, steps: {}, wires: [] };
    return faceOf(flow, "clock", {}).subtitle;
  });

  assert.deepEqual(lines, [
    "0 6 * * * · Europe/Berlin",
    "Every 90 minutes",
    "Every minute",
    "Once, 2026-12-24 18:00",
    "No time set yet",
  ]);
});

test("a way out that no wire could leave by is not offered", () => {
  const entry = /** @type {any} */ ({
    outputs: [{ name: "otherwise", title: "Otherwise", tone: "neutral" }],
    dynamic: { from: "/cases", name: "/port" },
  });
  const cases = ["gold", "Not a port!", "otherwise", "error", "gold", ""].map((port) => ({ port }));

  const names = outputPorts(entry, { cases }).map((port) => port.name);

  assert.deepEqual(names, ["gold", "otherwise", "error"]);
});
