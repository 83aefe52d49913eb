import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Editor } from "./editor.js";
import { Saving } from "./saving.js";

const EMPTY = { flow: 1, name: "Links", triggers: {}, steps: {}, wires: [] };
/** A server with one draft, of which variables alone are merged. @type {any} */
let server;
/** @type {Editor} */
let editor;
/** @type {Saving} */
let saving;
/** @type {string[]} */
let asked;

/** @param {string} url @param {{method: string, body: string}} how */
async function answer(url, { method, body }) {
  if (server.isGone) throw new TypeError("no connection");
  const sent = JSON.parse(body);
  const { collides } = server;
  if (method === "PUT" && sent.revision !== server.revision) return { status: 409, ok: false };
  if (method === "PUT")
    Object.assign(server, { revision: server.revision + 1, vars: sent.document.vars });
  const document = { ...sent.document, vars: { ...server.vars, ...sent.document.vars } };
  const collisions = collides && !Object.keys(sent.choices ?? {}).length ? 1 : 0;
  const facts = { revision: server.revision, document, collisions, html: url, told: "" };
  return { status: 200, ok: true, json: async () => facts };
}

beforeEach((t) => {
  /** @type {any} */ (t).mock.timers.enable({ apis: ["setTimeout"] });
  server = { revision: 1, vars: {}, collides: false, isGone: false };
  asked = [];
  Object.assign(globalThis, { document: new EventTarget(), addEventListener() {}, fetch: answer });
  editor = new Editor(EMPTY, {});
  const where = { draft_url: "/draft", merge_url: "/merge", csrf: "", revision: 1 };
  saving = new Saving(editor, where, () => {});
  saving.ask = (html) => asked.push(html);
});

/** @param {string} name */
function draw(name) {
  const vars = { .../** @type {any} */ (editor.flow).vars, [name]: 1 };
  editor.change(`${name} added`, /** @type {any} */ ({ ...editor.flow, vars }));
}

/** @param {string} name */
function colleagueSaves(name) {
  server.revision += 1;
  server.vars = { ...server.vars, [name]: 1 };
}

const here = () => Object.keys(/** @type {any} */ (editor.flow).vars ?? {}).sort();
const there = () => Object.keys(server.vars).sort();
const kept = () => ({ revision: 1, page: "old", document: { ...EMPTY, vars: { lost: 1 } } });

test("a save that meets a colleague's ends also while kept changes are looked at", async () => {
  saving.pending = kept();
  draw("mine");
  colleagueSaves("theirs");

  await saving.now();
  await saving.now();

  assert.deepEqual(there(), ["mine", "theirs"]);
  assert.deepEqual(saving.pending, kept());
});

test("what a colleague saves takes kept changes in only when they are asked for", async () => {
  saving.pending = kept();
  colleagueSaves("theirs");

  saving.follow(2);
  await new Promise(setImmediate);

  assert.deepEqual(here(), []);
});

test("kept changes are given up only once they are saved", async () => {
  /** @type {string[]} */
  const saved = [];
  document.addEventListener("draft:saved", () => saved.push(saving.taken ? "taken" : "drawn"));
  draw("mine");
  saving.pending = kept();

  await saving.merge();
  await saving.now();

  assert.deepEqual(saved, ["drawn", "taken"]);
  assert.deepEqual(there(), ["lost", "mine"]);
});

test("what is drawn while kept changes collide is there after the choice", async () => {
  server.collides = true;
  saving.pending = kept();
  await saving.merge();
  draw("meanwhile");

  await saving.merge({ "/vars/lost": "mine" });

  assert.deepEqual(asked, ["/merge"]);
  assert.deepEqual(here(), ["lost", "meanwhile"]);
});

test("a choice about what is drawn is no choice about kept changes", async () => {
  server.collides = true;
  saving.pending = kept();
  draw("mine");
  colleagueSaves("theirs");
  await saving.now();

  await saving.merge({ "/vars/mine": "mine" });

  assert.deepEqual(here(), ["mine", "theirs"]);
  assert.equal(saving.taken, null);
});

test("kept changes that can't be merged now are offered still", async () => {
  server.isGone = true;
  for (const isDrawn of [false, true]) {
    if (isDrawn) draw("mine");
    saving.pending = kept();

    await saving.merge();

    assert.deepEqual([saving.taken, saving.pending], [null, null]);
    assert.deepEqual(here(), isDrawn ? ["mine"] : []);
  }
});

test("the page is no longer offline once nothing is left to save", async () => {
  colleagueSaves("theirs");
  server.isGone = true;
  saving.follow(2);
  await new Promise(setImmediate);
  assert.equal(saving.state, "offline");

  await saving.now();

  assert.equal(saving.state, "saved");
});

test("undo never takes away what a colleague saved", async () => {
  draw("mine");
  await saving.now();
  colleagueSaves("theirs");
  saving.follow(3);
  await new Promise(setImmediate);

  editor.undo();
  await saving.now();

  assert.deepEqual(there(), ["mine", "theirs"]);
  assert.deepEqual(editor.can, { undo: false, redo: false });
});

test("undo takes a merge of what is not saved yet back", async () => {
  draw("mine");
  colleagueSaves("theirs");
  await saving.now();
  assert.deepEqual(here(), ["mine", "theirs"]);

  editor.undo();

  assert.deepEqual(here(), ["mine"]);
});

test("an answer that is no JSON is refused, and the next change is saved", async () => {
  const page = async () => Promise.reject(new SyntaxError("<html>"));
  Object.assign(globalThis, { fetch: async () => ({ status: 502, ok: false, json: page }) });
  draw("mine");

  assert.equal(await saving.now(), false);
  assert.equal(saving.state, "refused");

  Object.assign(globalThis, { fetch: answer });
  assert.equal(await saving.now(), true);
  assert.deepEqual(there(), ["mine"]);
});

test("a save that breaks does not stand in the way of the next", async () => {
  const { document } = globalThis;
  Object.assign(globalThis, { document: null });
  draw("mine");
  await assert.rejects(saving.now());
  Object.assign(globalThis, { document });
  draw("more");

  assert.equal(await saving.now(), true);
});

test("what waits for the draft waits also for what is merged and drawn meanwhile", async () => {
  draw("mine");
  colleagueSaves("theirs");

  assert.equal(await saving.all(), true);

  assert.deepEqual(there(), ["mine", "theirs"]);
});
