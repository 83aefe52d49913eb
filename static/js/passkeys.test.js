import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** What the browser was asked, and what it says. */
const device = { asked: /** @type {any[]} */ ([]), answer: /** @type {any} */ (null) };
let sent = 0;

class Form extends EventTarget {
  answer = { value: "" };
  refused = { hidden: true };
  elements = { namedItem: () => this.answer };
  hidden = true;
  /** @param {string} deed */
  constructor(deed) {
    super();
    this.dataset = { passkey: deed, options: "/options" };
  }
  closest() {
    return this;
  }
  querySelector() {
    return this.refused;
  }
  toggleAttribute() {
    this.hidden = !this.hidden;
  }
  submit() {
    sent += 1;
  }
}

const forms = [new Form("get"), new Form("create")];
const page = Object.assign(new EventTarget(), {
  querySelectorAll: (/** @type {string} */ which) => (which.startsWith("form") ? forms : []),
});
/** @param {string} deed */
const deeds = (deed) => async (/** @type {any} */ wanted) => {
  device.asked.push([deed, wanted.publicKey]);
  if (device.answer === null) throw new Error("nobody there");
  return device.answer;
};
Object.defineProperty(globalThis, "navigator", {
  value: { credentials: { get: deeds("get"), create: deeds("create") } },
});
Object.assign(globalThis, {
  document: page,
  fetch: async () => ({ json: async () => ({ challenge: "c" }) }),
  PublicKeyCredential: {
    parseCreationOptionsFromJSON: (/** @type {any} */ one) => ({ ...one, made: true }),
    parseRequestOptionsFromJSON: (/** @type {any} */ one) => one,
  },
});
await import("./passkeys.js");

/** @param {Form} form */
async function send(form) {
  const event = new Event("submit", { cancelable: true });
  Object.defineProperty(event, "target", { value: form });
  page.dispatchEvent(event);
  await new Promise((done) => setTimeout(done));
  return event.defaultPrevented;
}

beforeEach(() => {
  sent = 0;
  device.asked = [];
  device.answer = { id: "x" };
});

test("forms are shown where the browser knows passkeys", () => {
  assert.deepEqual(
    forms.map((one) => one.hidden),
    [false, false],
  );
});

test("a form is sent once the browser has answered what the server asked", async () => {
  const [form] = forms;

  assert.equal(await send(form), true);

  assert.deepEqual(device.asked, [["get", { challenge: "c" }]]);
  assert.equal(form.answer.value, '{"id":"x"}');
  assert.equal(sent, 1);
});

test("a new passkey is asked for as such", async () => {
  await send(forms[1]);

  assert.deepEqual(device.asked, [["create", { challenge: "c", made: true }]]);
});

test("where nobody answers the form says so and is not sent", async () => {
  device.answer = null;

  await send(forms[0]);

  assert.equal(forms[0].refused.hidden, false);
  assert.equal(sent, 0);
});
