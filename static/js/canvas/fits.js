/**
 * What a wire would bring: may it be drawn, and can what its target needs come from before it? Pure.
 * Judged kind by kind, by what ports give and what blocks need, as the server read it off their
 * schemas. What is left open there counts as nothing, so a step is called ready only when it is.
 * @import {Catalogue, Entry, Flow, Need, Step} from "./types.js"
 */
import { entryKey, triggerKey } from "./face.js";
import { reach, splitEnd, targetsFor, whyNot } from "./graph.js";

/** @typedef {{fit: "good"|"amber"|"bad", why: string}} Verdict */

/**
 * The kinds of value that a step after this end can read: of the port it leaves by, of the steps
 * before it, and of what starts the run.
 * @param {Flow} flow
 * @param {string} from
 * @param {Catalogue} catalogue
 * @returns {Set<string>}
 */
export function kindsBefore(flow, from, catalogue) {
  const { id, port } = splitEnd(from);
  const ports = [id, ...reach(flow, id, "up")].flatMap((other) => {
    const isStep = Object.hasOwn(flow.steps, other);
    const entry =
      catalogue[isStep ? entryKey(flow.steps[other]) : triggerKey(flow.triggers[other])];
    return (entry?.outputs ?? []).filter(({ name }) => other !== id || name === port);
  });
  return new Set(ports.flatMap(({ gives }) => gives ?? []));
}

/** @param {Need} need @param {Set<string>} before */
function comes(need, before) {
  if (need.part === "config") return false;
  return need.kinds ? need.kinds.some((kind) => before.has(kind)) : before.size > 0;
}

/**
 * Judge the targets of a wire from here. What is the same for all is worked out once, and what comes
 * of the needs once for each block: 2,000 steps cost 2,000 look-ups.
 * @param {Flow} flow
 * @param {string} from
 * @param {Catalogue} catalogue
 * @returns {(id: string) => Verdict}
 */
export function judge(flow, from, catalogue) {
  const before = kindsBefore(flow, from, catalogue);
  const targets = targetsFor(flow, from);
  /** @type {Map<Entry, Need[]>} */
  const open = new Map();
  return (id) => {
    if (!targets.has(id)) return refused(flow, from, id);
    const step = flow.steps[id];
    const entry = catalogue[entryKey(step)];
    if (!entry) return { fit: "amber", why: "Connects, but its block is not installed." };
    const needs = open.get(entry) ?? (entry.needs ?? []).filter((need) => !comes(need, before));
    open.set(entry, needs);
    const missing = needs.filter((need) => !isFilled(step, need)).map((need) => need.title);
    if (missing.length === 0) return { fit: "good", why: "Fits." };
    return { fit: "amber", why: `Connects; still to be filled in: ${missing.join(", ")}.` };
  };
}

/** @param {Step} step @param {Need} need */
const isFilled = (step, { part, name }) => (step[part]?.[name] ?? "") !== "";

/** The reason is looked for when somebody asks: it takes a walk. @param {Flow} flow @param {string} from @param {string} id @returns {Verdict} */
function refused(flow, from, id) {
  return {
    fit: "bad",
    get why() {
      return whyNot(flow, from, id) ?? "";
    },
  };
}

/**
 * Judge the blocks that could follow here: those come first whose input can come from before.
 * @param {Flow} flow
 * @param {string} from
 * @param {Catalogue} catalogue
 * @returns {(entry: Entry) => Verdict}
 */
export function follower(flow, from, catalogue) {
  const before = kindsBefore(flow, from, catalogue);
  return ({ needs = [], summary }) => {
    const lacks = needs.filter((need) => need.part === "input" && !comes(need, before));
    if (lacks.length === 0) return { fit: "good", why: summary };
    const titles = lacks.map((need) => need.title).join(", ");
    return { fit: "amber", why: `Nothing before it gives what it needs: ${titles}` };
  };
}
