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
  keywords: [],
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
