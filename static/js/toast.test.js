import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** What is in the corner. @type {Box[]} */
let corner = [];

class Box extends EventTarget {
  textContent = "";
  classList = { add() {} };
  /** @type {Box[]} */
  children = [];
  get isConnected() {
    return corner.includes(this);
  }
  remove() {
    corner = corner.filter((one) => one !== this);
  }
}

class Template {
  content = {
    cloneNode: () => ({
      children: [Object.assign(new Box(), { children: [1, 2, 3].map(() => new Box()) })],
    }),
  };
}

const form = new Template();
const toasts = { append: (/** @type {Box} */ box) => corner.push(box), querySelectorAll: () => [] };
const page = Object.assign(new EventTarget(), {
  getElementById: (/** @type {string} */ id) =>
    /** @type {Record<string, any>} */ ({ toasts, "toast-form": form })[id] ?? null,
});
const beside = new EventTarget();
Object.assign(globalThis, {
  document: page,
  HTMLTemplateElement: Template,
  addEventListener: beside.addEventListener.bind(beside),
});
const { staysFor, toast } = await import("./toast.js");

/** @param {string} name @param {object} [ctx] */
const told = (name, ctx = {}) =>
  page.dispatchEvent(new CustomEvent(`htmx:${name}`, { detail: { ctx } }));

beforeEach((t) => {
  /** @type {any} */ (t).mock.timers.enable({ apis: ["setTimeout"] });
  for (const box of corner) box.remove();
});

test("a message that can be undone stays longer than others, a bad one longer than a good one", () => {
  /** @type {import("./toast.js").Toast} */
  const said = { text: "3 alarms shelved.", tone: "neutral", undo: "" };
  const bad = staysFor({ ...said, tone: "bad" });

  assert.ok(bad > staysFor(said));
  assert.ok(staysFor({ ...said, undo: "/t/acme/alarms/undo?deed=1" }) > bad);
});

test("a message goes by itself", (t) => {
  toast("Saved");
  assert.equal(corner.length, 1);

  /** @type {any} */ (t).mock.timers.tick(60_000);

  assert.equal(corner.length, 0);
});

for (const [back, returns] of /** @type {[string, () => void][]} */ ([
  ["an answer comes", () => told("after:request")],
  ["the network is back", () => beside.dispatchEvent(new Event("online"))],
])) {
  test(`that Garland cannot be reached is said once, until ${back}`, (t) => {
    for (const _ of [1, 2, 3, 4]) told("error");
    /** @type {any} */ (t).mock.timers.tick(60_000);
    assert.equal(corner.length, 1);

    returns();
    assert.equal(corner.length, 0);

    told("error");
    assert.equal(corner.length, 1);
  });
}
