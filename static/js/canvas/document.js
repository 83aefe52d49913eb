/**
 * Edits of a flow document. Pure: each returns a new document that shares what did not change, so
 * that undo keeps plain references and drawing can compare by identity.
 * @import {Entry, Flow, Json, Point, Step, Trigger, Wire} from "./types.js"
 */
import { withInside } from "./boxes.js";
import { joinEnd, splitEnd, whyNot } from "./graph.js";
import { pasteGroups, patchMark } from "./marks.js";

/** Room for a number after it: the schema takes 60 signs. */
const ID_MAX = 54;

/**
 * A free id that reads like the block's name and can stand in an expression (`steps.send_email`).
 * @param {Flow} flow
 * @param {string} wish
 * @param {Set<string>} [reserved]
 */
export function freshId(flow, wish, reserved = new Set()) {
  const stem =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^[_0-9]+|_+$/g, "")
      .slice(0, ID_MAX) || "step";
  const taken = (/** @type {string} */ id) =>
    id in flow.steps || id in flow.triggers || reserved.has(id);
  let id = stem;
  for (let n = 2; taken(id); n += 1) id = `${stem}_${n}`;
  return id;
}

/**
 * Put a new node on the canvas.
 * @param {Flow} flow
 * @param {Entry} entry
 * @param {Point} position
 * @returns {{flow: Flow, id: string}}
 */
export function addNode(flow, entry, position) {
  const { sort, version, loops, config = {}, input = {} } = structuredClone(entry);
  if (sort === "trigger") {
    const id = freshId(flow, entry.id);
    /** @type {Trigger} */
    const trigger = { kind: entry.id, ...config, position };
    return { flow: { ...flow, triggers: { ...flow.triggers, [id]: trigger } }, id };
  }
  const id = freshId(flow, entry.id.slice(entry.id.lastIndexOf(".") + 1));
  /** @type {Step} */
  const step = { block: entry.id, version, config, input, position };
  if (loops) step.loops = true;
  return { flow: { ...flow, steps: { ...flow.steps, [id]: step } }, id };
}

/** @param {Flow} flow @param {string} from @param {string} to @returns {Flow} */
export function connect(flow, from, to) {
  if (whyNot(flow, from, to)) return flow;
  return { ...flow, wires: [...flow.wires, { from, to }] };
}

/** @param {Flow} flow @param {string} from @param {string} to @returns {Flow} */
export function disconnect(flow, from, to) {
  const wires = flow.wires.filter((wire) => wire.from !== from || wire.to !== to);
  return wires.length === flow.wires.length ? flow : { ...flow, wires };
}

/**
 * Lay a step into a wire: what led to the old target now passes through the step.
 * @param {Flow} flow
 * @param {Wire} wire
 * @param {string} id
 * @param {string} port  the port of the step that leads on; "" leaves the old target loose
 * @returns {Flow}
 */
export function insertOnWire(flow, wire, id, port) {
  const opened = connect(disconnect(flow, wire.from, wire.to), wire.from, id);
  return port ? connect(opened, joinEnd(id, port), wire.to) : opened;
}

/**
 * Take nodes away. What led into a removed step is led on to what followed its first port, so that
 * removing a step from a chain leaves the chain whole.
 * @param {Flow} flow
 * @param {Iterable<string>} ids
 * @param {(id: string) => string} firstPort
 * @returns {Flow}
 */
export function removeNodes(flow, ids, firstPort) {
  let next = flow;
  for (const id of ids) next = removeOne(next, id, firstPort(id));
  return next;
}

/** @param {Flow} flow @param {string} id @param {string} port @returns {Flow} */
function removeOne(flow, id, port) {
  const into = flow.wires.filter((wire) => wire.to === id);
  const onward = flow.wires.filter((wire) => wire.from === joinEnd(id, port));
  const wires = flow.wires.filter((wire) => wire.to !== id && splitEnd(wire.from).id !== id);
  const steps = { ...flow.steps };
  const triggers = { ...flow.triggers };
  delete steps[id];
  delete triggers[id];
  /** @type {Flow} */
  let next = { ...flow, steps, triggers, wires };
  for (const before of into)
    for (const after of onward) next = connect(next, before.from, after.to);
  return next;
}

/**
 * Change some keys of one node; a key set to undefined or null goes away.
 * @param {Flow} flow
 * @param {string} id
 * @param {Json} patch
 * @returns {Flow}
 */
export function patchNode(flow, id, patch) {
  const shelf = Object.hasOwn(flow.steps, id) ? "steps" : "triggers";
  if (!Object.hasOwn(flow[shelf], id)) return flow; // `constructor` may be an id
  /** @type {Json} */
  const changed = { ...flow[shelf][id], ...patch };
  for (const key of Object.keys(changed)) if (changed[key] == null) delete changed[key];
  return { ...flow, [shelf]: { ...flow[shelf], [id]: changed } };
}

/**
 * Put nodes where they now stand.
 * @param {Flow} flow
 * @param {Map<string, Point>} places
 * @returns {Flow}
 */
export function placeNodes(flow, places) {
  const steps = { ...flow.steps };
  const triggers = { ...flow.triggers };
  let next = { ...flow, steps, triggers };
  for (const [id, position] of places) {
    if (Object.hasOwn(steps, id)) steps[id] = { ...steps[id], position };
    else if (Object.hasOwn(triggers, id)) triggers[id] = { ...triggers[id], position };
    else if (id.startsWith("note:")) next = patchMark(next, id, { position });
  }
  return next;
}

/**
 * Drop wires that leave a port its step no longer has (a case was removed from its settings).
 * @param {Flow} flow
 * @param {string} id
 * @param {Set<string>} ports
 * @returns {Flow}
 */
export function pruneWires(flow, id, ports) {
  const wires = flow.wires.filter((wire) => {
    const source = splitEnd(wire.from);
    return source.id !== id || ports.has(source.port);
  });
  return wires.length === flow.wires.length ? flow : { ...flow, wires };
}

/**
 * The selected part of a flow, for the clipboard: nodes with what stands in their loops, and the wires
 * between them.
 * @param {Flow} flow
 * @param {Set<string>} chosen
 * @returns {Flow}
 */
export function copyPart(flow, chosen) {
  const ids = withInside(flow, chosen);
  /** @param {Record<string, any>} shelf */
  const keep = (shelf) => Object.fromEntries(Object.entries(shelf).filter(([id]) => ids.has(id)));
  const wires = flow.wires.filter((wire) => ids.has(splitEnd(wire.from).id) && ids.has(wire.to));
  const [steps, triggers] = [keep(flow.steps), keep(flow.triggers)];
  return structuredClone({ ...flow, steps, triggers, wires });
}

/** A part that leaves its workflow: what stood in a loop that stays behind stands in none. @param {Flow} part @returns {Flow} */
export function takenOut(part) {
  const steps = Object.entries(part.steps).map(([id, { within, ...step }]) => [
    id,
    within && Object.hasOwn(part.steps, within) ? { ...step, within } : step,
  ]);
  return { ...part, steps: Object.fromEntries(steps) };
}

/**
 * Add a copied part under fresh ids, moved by an offset. Expressions inside the part that read one of
 * its own steps follow the new id; a step stays in the loop it was copied from, where that is there.
 * @param {Flow} flow
 * @param {Flow} part
 * @param {Point} offset
 * @returns {{flow: Flow, ids: string[]}}
 */
export function pastePart(flow, part, [dx, dy]) {
  const names = new Map();
  for (const id of [...Object.keys(part.triggers), ...Object.keys(part.steps)]) {
    names.set(id, freshId(flow, id.replace(/_\d+$/, ""), new Set(names.values())));
  }
  /** @param {Record<string, any>} shelf */
  const renamed = (shelf) =>
    Object.fromEntries(
      Object.entries(shelf).map(([id, node]) => {
        const [x, y] = node.position ?? [0, 0];
        const { within, ...fresh } = { ...retarget(node, names), position: [x + dx, y + dy] };
        const loop = names.get(within) ?? (flow.steps[within]?.loops ? within : undefined);
        return [names.get(id), loop ? { ...fresh, within: loop } : fresh];
      }),
    );
  const wires = part.wires.map((wire) => {
    const source = splitEnd(wire.from);
    return { from: joinEnd(names.get(source.id), source.port), to: names.get(wire.to) };
  });
  /** @type {Flow} */
  const pasted = {
    ...flow,
    triggers: { ...flow.triggers, ...renamed(part.triggers) },
    steps: { ...flow.steps, ...renamed(part.steps) },
    wires: [...flow.wires, ...wires],
  };
  return { flow: pasteGroups(pasted, part, names), ids: [...names.values()] };
}

/** A copy whose expressions read the steps by their new names. @param {Json} node @param {Map<string, string>} names @returns {any} */
function retarget(node, names) {
  const renamed = (/** @type {string} */ text) =>
    text.replace(/\bsteps\.([A-Za-z_]\w*)/g, (all, id) =>
      names.has(id) ? `steps.${names.get(id)}` : all,
    );
  return JSON.parse(JSON.stringify(node), (_key, value) =>
    typeof value === "string" ? renamed(value) : value,
  );
}
