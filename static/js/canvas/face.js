/**
 * What a node shows and how big it is. Sizes follow from the content by rule, never by measuring, so
 * that 500 nodes cost no layout. The CSS in `canvas.css` draws to the same numbers.
 * @import {Catalogue, Entry, Face, Flow, Json, Point, Port, Rect, Step, Trigger} from "./types.js"
 */
import { distance, holds } from "./geometry.js";

export const NODE_WIDTH = 208;
export const HEAD_HEIGHT = 48;
export const PORT_HEIGHT = 22;
export const FOOT_HEIGHT = 6;

/** As in blocks/manifest.py; a wire from any other is none that the schema takes. */
const PORT_NAME = /^[a-z][a-z0-9_-]{0,39}$/;
/** In seconds. */
const UNITS = { day: 86_400, hour: 3_600, minute: 60, second: 1 };
/** @type {Port} */
const ERROR_PORT = { name: "error", title: "Error", tone: "error" };
/** @type {Port} */
const START_PORT = { name: "", title: "Starts", tone: "neutral" };

/**
 * Read a JSON Pointer.
 * @param {any} value
 * @param {string} pointer
 * @returns {any}
 */
export function at(value, pointer) {
  let found = value;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (found === null || typeof found !== "object") return undefined;
    found = found[key];
  }
  return found;
}

/**
 * The ports a step ends on: the block's own, those its settings make, and `error`.
 * @param {Entry|undefined} entry
 * @param {Json} config
 * @returns {Port[]}
 */
export function outputPorts(entry, config) {
  if (!entry) return [ERROR_PORT];
  return [...dynamicPorts(entry, config), ...entry.outputs, ERROR_PORT];
}

/** @param {Entry} entry @param {Json} config @returns {Port[]} */
function dynamicPorts(entry, config) {
  const rule = entry.dynamic;
  const rows = rule ? at(config, rule.from) : null;
  if (!rule || !Array.isArray(rows)) return [];
  /** @type {Port[]} */
  const ports = [];
  const taken = new Set(["error", ...entry.outputs.map((port) => port.name)]);
  for (const row of rows) {
    const name = at(row, rule.name);
    if (typeof name !== "string" || !PORT_NAME.test(name) || taken.has(name)) continue;
    taken.add(name);
    const title = rule.title ? at(row, rule.title) : "";
    ports.push({ name, title: String(title || name), tone: "neutral" });
  }
  return ports;
}

/** @param {Step} step */
export function entryKey(step) {
  return `${step.block}@${step.version}`;
}

/** @param {Trigger | undefined} trigger  A block's triggers have an entry for each block. */
export function triggerKey(trigger) {
  const watches = trigger?.kind === "block";
  return `trigger:${watches ? `${trigger.block}@${trigger.version}` : trigger?.kind}`;
}

/**
 * @param {Flow} flow
 * @param {string} id
 * @param {Catalogue} catalogue
 * @returns {Face}
 */
export function faceOf(flow, id, catalogue) {
  return Object.hasOwn(flow.steps, id)
    ? stepFace(id, flow.steps[id], catalogue)
    : triggerFace(id, flow.triggers[id], catalogue);
}

/** @param {string} id @param {Step} step @param {Catalogue} catalogue @returns {Face} */
function stepFace(id, step, catalogue) {
  const entry = catalogue[entryKey(step)];
  const ports = outputPorts(entry, step.config ?? {});
  const blockTitle = entry ? entry.title : "Block not installed";
  return {
    id,
    sort: "step",
    title: step.title || entry?.title || id,
    subtitle: step.title ? blockTitle : id,
    icon: entry?.icon ?? "",
    ports,
    missing: !entry,
    off: step.disabled === true,
    rect: rectAt(step.position, ports.length),
  };
}

/** @param {string} id @param {Trigger} trigger @param {Catalogue} catalogue @returns {Face} */
function triggerFace(id, trigger, catalogue) {
  const entry = catalogue[triggerKey(trigger)];
  return {
    id,
    sort: "trigger",
    title: trigger.title || entry?.title || id,
    subtitle:
      trigger.kind === "schedule" ? scheduleLine(trigger) : (entry?.summary ?? trigger.kind),
    icon: entry?.icon ?? "",
    ports: entry?.outputs.length ? entry.outputs : [START_PORT],
    missing: !entry,
    rect: rectAt(trigger.position, 1),
  };
}

/** @param {Trigger} trigger */
function scheduleLine(trigger) {
  if (trigger.every_s) return `Every ${amount(trigger.every_s)}`;
  if (trigger.at) return `Once, ${trigger.at.replace("T", " ")}`;
  return trigger.cron ? `${trigger.cron} · ${trigger.timezone ?? "UTC"}` : "No time set yet";
}

/** Seconds in the largest unit that needs no fraction. @param {number} seconds */
function amount(seconds) {
  const fits = Object.entries(UNITS).find(([, each]) => seconds % each === 0);
  const [unit, size] = fits ?? ["second", 1];
  const count = seconds / size;
  return count === 1 ? unit : `${count} ${unit}s`;
}

/** @param {Point|undefined} position @param {number} ports @returns {Rect} */
function rectAt(position, ports) {
  const [x, y] = position ?? [0, 0];
  return { x, y, w: NODE_WIDTH, h: HEAD_HEIGHT + ports * PORT_HEIGHT + FOOT_HEIGHT };
}

/** Where a wire enters. @param {Rect} rect @returns {Point} */
export function inputPoint(rect) {
  return [rect.x, rect.y + HEAD_HEIGHT / 2];
}

/**
 * Where a wire leaves; an unknown port (its case was removed) leaves from the last row.
 * @param {Face} face
 * @param {string} port
 * @returns {Point}
 */
export function outputPoint(face, port) {
  const found = face.ports.findIndex((candidate) => candidate.name === port);
  const row = found < 0 ? face.ports.length - 1 : found;
  const { x, y, w } = face.rect;
  return [x + w, y + HEAD_HEIGHT + (row + 0.5) * PORT_HEIGHT];
}

/**
 * The port a new step is hung on: the first that isn't an error and has no wire yet, else the first.
 * @param {Face} face
 * @param {Set<string>} wired
 */
export function nextPort(face, wired) {
  const plain = face.ports.filter((port) => port.tone !== "error");
  return (plain.find((port) => !wired.has(port.name)) ?? plain[0] ?? face.ports[0]).name;
}

/** How big a fresh node of an entry is. @param {Entry} entry */
export function sizeOf(entry) {
  const ports = entry.sort === "trigger" ? 1 : outputPorts(entry, entry.config ?? {}).length;
  const { w, h } = rectAt(undefined, ports);
  return { w, h };
}

/**
 * The node under a point, or whose input is within reach of it.
 * @param {Face[]} faces
 * @param {Point} point
 * @param {number} within
 * @returns {string|null}
 */
export function nodeNear(faces, point, within) {
  const under = faces.filter((face) => holds(face.rect, point)).at(-1);
  const near = (/** @type {Face} */ face) =>
    face.sort === "step" && distance(inputPoint(face.rect), point) < within;
  return (under ?? faces.find(near))?.id ?? null;
}

/** The port that leads on when a step is laid into a wire; "" when it has only `error`. @param {Face} face */
export function firstPort(face) {
  const port = face.ports[0];
  return port.tone === "error" ? "" : port.name;
}
