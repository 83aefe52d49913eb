import assert from "node:assert/strict";
import { test } from "node:test";
import { sorted, tidied } from "./keeping.js";

const NOW = 1_000_000_000;
const asked = { flow: "/f", person: "anna", open: ["p1"], now: NOW };
const drawn = (/** @type {object} */ facts) => ({
  key: "k",
  flow: "/f",
  person: "anna",
  page: "p9",
  at: NOW - 5,
  revision: 1,
  document: {},
  ...facts,
});

test("the newest of the workflow that no open page has is offered", () => {
  const newest = drawn({ at: NOW - 1, page: "p2" });
  const all = [drawn({}), newest, drawn({ at: NOW, page: "p1" }), drawn({ at: NOW, flow: "/g" })];

  assert.equal(sorted(all, asked).offer, newest);
  assert.deepEqual(sorted(all, asked).useless, []);
});

test("another person's and what is over a week old is neither offered nor kept", () => {
  const all = [drawn({ person: "bert" }), drawn({ at: NOW - 8 * 24 * 3_600_000 })];

  assert.deepEqual(sorted(all, asked), { offer: undefined, useless: all });
});

test("the first page that another person sees takes away what a former one kept", async () => {
  const rows = new Map(
    [drawn({ key: "a", person: "bert" }), drawn({ key: "b" })].map((one) => [one.key, one]),
  );
  const store = {
    getAll: () => ({ result: [...rows.values()] }),
    delete: (/** @type {string} */ key) => ({ result: rows.delete(key) }),
  };
  const transaction = () => {
    const deal = { objectStore: () => store, oncomplete() {} };
    queueMicrotask(() => deal.oncomplete());
    return deal;
  };
  const open = () => {
    const opening = { result: { transaction, close() {} }, onsuccess() {} };
    queueMicrotask(() => opening.onsuccess());
    return opening;
  };
  Object.assign(globalThis, { indexedDB: { open } });

  await tidied({ ...asked, flow: "", open: [] });
  await new Promise((done) => setTimeout(done));

  assert.deepEqual([...rows.keys()], ["b"]);
});
