import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { mountAsking } from "./asking.js";

/** @type {EventTarget} */
let page;
let isSaved = true;
/** @type {string[]} */
let said;

beforeEach(() => {
  page = new EventTarget();
  [isSaved, said] = [true, []];
  Object.assign(globalThis, { document: page });
  const editor = { say: (/** @type {string} */ text) => said.push(text) };
  const saving = { all: async () => isSaved };
  const sends = { stops: (/** @type {FormData} */ body) => body.append("stops", "mail") };
  const settled = async () => said.push("settled");
  mountAsking(/** @type {any} */ ({ editor, saving, sends, settled }));
});

/** @param {string} name @param {object} detail */
const tell = (name, detail) =>
  page.dispatchEvent(new CustomEvent(`htmx:${name}`, { detail, cancelable: true }));

/** A part of the page, in a dialog or in none. @param {Dialog|null} dialog @param {string} [sends] */
const part = (dialog, sends) => ({ dataset: { sends }, closest: () => dialog });

class Dialog extends EventTarget {
  open = false;
  showModal() {
    this.open = true;
  }
  close() {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }
}

/** @param {Dialog|null} from @param {Dialog|null} into @param {string} [swap] */
function comes(from, into, swap = "innerHTML") {
  const target = {
    ...part(into),
    left: true,
    replaceChildren: () => Object.assign(target, { left: false }),
  };
  const ctx = { sourceElement: part(from), swap };
  tell("before:swap", { ctx, tasks: [{ type: "oob" }, { type: "main", target }] });
  return target;
}

test("what is named goes along, and what nobody knows is passed over", () => {
  const ctx = { sourceElement: part(null, "stops other"), request: { body: new FormData() } };

  tell("config:request", { ctx });

  assert.deepEqual([...ctx.request.body], [["stops", "mail"]]);
});

for (const saved of [true, false]) {
  test(`a draft that ${saved ? "is saved lets" : "can't be saved keeps"} what needs it go`, async () => {
    isSaved = saved;
    /** @type {any} */
    const ctx = { sourceElement: part(null, "draft"), request: { body: new FormData() } };
    tell("config:request", { ctx });
    /** @type {string[]} */
    const done = [];
    const ways = {
      issueRequest: () => done.push("asked"),
      dropRequest: () => done.push("dropped"),
    };

    const isLeft = tell("confirm", { ctx, ...ways });
    await new Promise(setImmediate);

    assert.equal(isLeft, false);
    assert.deepEqual(done, [saved ? "asked" : "dropped"]);
    assert.equal(said.length, saved ? 1 : 2);
    assert.equal(said[0], "settled");
  });
}

test("what comes into a dialog opens it, and goes when it closes", () => {
  const dialog = new Dialog();

  const target = comes(null, dialog);
  assert.ok(dialog.open);

  dialog.close();
  assert.equal(target.left, false);
});

test("what is asked for in a dialog and comes elsewhere closes it", () => {
  const dialog = Object.assign(new Dialog(), { open: true });

  comes(dialog, dialog);
  assert.ok(dialog.open);

  comes(dialog, null);
  assert.ok(!dialog.open);
});

test("an answer that is shown nowhere neither opens nor closes", () => {
  const [open, shut] = [Object.assign(new Dialog(), { open: true }), new Dialog()];

  comes(open, shut, "none");

  assert.deepEqual([open.open, shut.open], [true, false]);
});
