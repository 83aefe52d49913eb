/**
 * What an expression of a step can read: what started the run, and the outputs of the steps
 * before it as their blocks describe them. Pure.
 * @import {Catalogue, Entry, Flow, Json, Step} from "./types.js"
 */
import { entryKey } from "./face.js";
import { reach } from "./graph.js";

const HOOK_FIELDS = ["body", "headers", "query", "received_at"];
const ALARM_FIELDS = [
  "managed_object",
  "perceived_severity",
  "event_type",
  "probable_cause",
  "specific_problem",
  "text",
  "source",
  "id",
  "count",
];

const CLOCK_FIELDS = ["at", "scheduled_local", "missed"];

/**
 * @param {Flow} flow
 * @param {string} id
 * @param {Catalogue} catalogue
 * @returns {{path: string, from: string}[]} nearest steps first, what started the run last
 */
export function readable(flow, id, catalogue) {
  const steps = reach(flow, id, "up").filter((other) => flow.steps[other]);
  const outputs = steps.flatMap((other) => {
    const entry = catalogue[entryKey(flow.steps[other])];
    const from = flow.steps[other].title || entry?.title || other;
    const names = new Set(decided(entry, flow.steps[other]) ?? described(entry));
    const paths = names.size ? [...names].map((name) => `.${name}`) : [""];
    return paths.map((path) => ({ path: `steps.${other}.output${path}`, from }));
  });
  return [...outputs, ...said(flow)];
}

/** What starts the run says: a webhook its delivery, everything else an alarm. @param {Flow} flow */
function said(flow) {
  const kinds = Object.values(flow.triggers).map((trigger) => trigger.kind);
  const webhook = HOOK_FIELDS.map((name) => ({ path: `trigger.${name}`, from: "Webhook" }));
  const alarm = ALARM_FIELDS.map((name) => ({ path: `trigger.alarm.${name}`, from: "Alarm" }));
  const clock = CLOCK_FIELDS.map((name) => ({ path: `trigger.${name}`, from: "Schedule" }));
  const hears = kinds.includes("webhook");
  const sees = !hears || kinds.some((kind) => kind !== "webhook");
  return [
    ...(kinds.includes("schedule") ? clock : []),
    ...(hears ? webhook : []),
    ...(sees ? alarm : []),
  ];
}

/** What the table answers that a step decides by. @param {Entry|undefined} entry @param {Step} step */
function decided(entry, step) {
  const table = entry?.tables && step.config?.[entry.tables.setting];
  return typeof table === "string" ? entry?.tables?.paths[table] : undefined;
}

/** What a block's ports say of themselves. @param {Entry|undefined} entry */
function described(entry) {
  return (entry?.outputs ?? []).flatMap((port) => fields(port.schema));
}

/** @param {Json|undefined} schema @returns {string[]} */
function fields(schema) {
  const names = Object.keys(schema?.properties ?? {});
  return names.filter((name) => /^[A-Za-z_]\w*$/.test(name));
}

/**
 * Put a path where the caret is. An empty plain field becomes an expression; inside one, or in a
 * condition, the path alone is put in.
 * @param {string} text
 * @param {number} caret
 * @param {string} path
 * @returns {string}
 */
export function inserted(text, caret, path) {
  if (text === "") return `= ${path}`;
  return text.slice(0, caret) + path + text.slice(caret);
}
