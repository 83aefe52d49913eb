import assert from "node:assert/strict";
import { test } from "node:test";
import { isNear, searchEntries, wordsOf } from "./search.js";

/** @param {string} title @param {string[]} keywords @param {string} summary @returns {any} */
const entry = (title, keywords, summary) => ({
  ...{ title, summary, hidden: title === "Old" },
  find: [
    [40, "", wordsOf(title)],
    ...keywords.map((one) => [30, `Also: ${one}`, wordsOf(one)]),
    [10, "", wordsOf(summary)],
  ],
});
const ENTRIES = [
  entry("Other", [], "can wait"),
  entry("Pause", ["wait", "take a nap"], ""),
  entry("Wait for an event", [], ""),
  entry("Wait", ["delay"], ""),
  entry("Old", ["wait"], ""),
];
/** @param {string} query */
const titles = (query) => searchEntries(ENTRIES, query).map((one) => one.entry.title);

test("the exact title comes before the beginning of one, a keyword and the summary", () => {
  const ranked = [
    entry("Other", [], "can wait"),
    entry("Pause", ["wait"], ""),
    entry("Wait", [], ""),
  ];

  assert.deepEqual(
    searchEntries(ranked, "wait").map((one) => one.entry.title),
    ["Wait", "Pause", "Other"],
  );
});

test("what fits all words comes alone, and small words are passed over", () => {
  assert.deepEqual(titles("wait for the event"), ["Wait for an event"]);
  assert.deepEqual(titles("Take a nap?"), ["Pause"]);
});

test("where nothing fits all words, what fits most of them is found", () => {
  assert.deepEqual(titles("delay the rockets"), ["Wait"]);
  assert.deepEqual(titles("rockets"), []);
});

test("one slip of the finger is forgiven in words of four letters and more", () => {
  assert.equal(titles("wiat")[0], "Wait for an event");
  assert.deepEqual(titles("dely"), ["Wait"]);
  assert.deepEqual(titles("dly"), []);
});

test("why something is found is said where its title does not", () => {
  assert.deepEqual(searchEntries(ENTRIES, "delay")[0].why, "Also: delay");
  assert.equal(searchEntries(ENTRIES, "other")[0].why || undefined, undefined);
});

test("nothing asked is all that is offered", () => {
  assert.deepEqual(titles("  "), ["Other", "Pause", "Wait for an event", "Wait"]);
});

test("words are near that differ by one letter, or by two that changed places", () => {
  const near = ["mail", "email", "emial", "ticket", "ticekt", "slack", "slock"];
  assert.deepEqual(
    near.map((one) => isNear(one, "email") || isNear(one, "ticket") || isNear(one, "slack")),
    [true, true, true, true, true, true, true],
  );
  assert.equal(isNear("post", "stop"), false);
  assert.equal(isNear("abcd", "abcdef"), false);
});
