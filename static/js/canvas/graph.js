/**
 * Questions about how a flow is wired. Pure; reads a flow document, changes nothing.
 * @import {Flow, Progress, Wire} from "./types.js"
 */

/**
 * Take a wire's `from` apart; a trigger has no port.
 * @param {string} end
 * @returns {{id: string, port: string}}
 */
export function splitEnd(end) {
  const at = end.indexOf(":");
  return at < 0 ? { id: end, port: "" } : { id: end.slice(0, at), port: end.slice(at + 1) };
}

/** @param {string} id @param {string} port */
export const joinEnd = (id, port) => (port ? `${id}:${port}` : id);

/** @param {Wire} wire */
const sourceOf = (wire) => splitEnd(wire.from).id;

/** @param {Wire} wire */
export const wireKey = (wire) => `${wire.from}>${wire.to}`;

/** The loop a node stands in; "" for none. @param {Flow} flow @param {string} id */
export const withinOf = (flow, id) => flow.steps[id]?.within ?? "";

/**
 * Things by what they have in common, in their order.
 * @template T @template [V=T]
 * @param {T[]} things @param {(thing: T) => string} keyOf
 * @param {(thing: T) => V} [partOf]  what is kept of each, if not all
 */
export function gathered(things, keyOf, partOf = (one) => /** @type {any} */ (one)) {
  /** @type {Map<string, V[]>} */
  const found = new Map();
  for (const one of things) {
    const [key, value] = [keyOf(one), partOf(one)];
    if (!found.get(key)?.push(value)) found.set(key, [value]);
  }
  return found;
}

/** @param {Flow} flow @returns {string[]} */
export const nodeIds = (flow) => [...Object.keys(flow.triggers), ...Object.keys(flow.steps)];

/**
 * Neighbours of every node in one direction, in the wires' order.
 * @param {Flow} flow
 * @param {"down"|"up"} direction
 * @returns {Map<string, string[]>}
 */
export function neighbours(flow, direction) {
  const ends = [sourceOf, (/** @type {Wire} */ wire) => wire.to];
  const [here, there] = direction === "down" ? ends : ends.reverse();
  return gathered(flow.wires, here, there);
}

/**
 * Everything that can be reached from a node, nearest first, without the node itself.
 * @param {Flow} flow
 * @param {string} start
 * @param {"down"|"up"} direction
 * @returns {string[]}
 */
export function reach(flow, start, direction) {
  const next = neighbours(flow, direction);
  const seen = new Set([start]);
  const queue = [start];
  for (const id of queue) {
    for (const other of next.get(id) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  return queue.slice(1);
}

/**
 * Why a wire may not be drawn, as a sentence for the person; null when it may.
 * @param {Flow} flow
 * @param {string} from  "trigger" or "step:port"
 * @param {string} to
 * @returns {string|null}
 */
export function whyNot(flow, from, to) {
  const source = splitEnd(from).id;
  if (!Object.hasOwn(flow.steps, to))
    return "A trigger starts the workflow; nothing can lead into it.";
  if (source === to) return "A step can't be connected to itself.";
  if (flow.wires.some((wire) => wire.from === from && wire.to === to))
    return "These two are connected already.";
  if (withinOf(flow, source) !== withinOf(flow, to))
    return "A wire can't cross the edge of a loop: both steps have to stand in the same one.";
  if (reach(flow, to, "down").includes(source))
    return "That would make a circle: the step comes before this one.";
  return null;
}

/**
 * All nodes a wire from here may lead to: what glows while a port is dragged. One walk, not one per node.
 * @param {Flow} flow
 * @param {string} from
 * @returns {Set<string>}
 */
export function targetsFor(flow, from) {
  const source = splitEnd(from).id;
  const refused = new Set([source, ...reach(flow, source, "up")]);
  for (const wire of flow.wires) if (wire.from === from) refused.add(wire.to);
  const within = withinOf(flow, source);
  const fits = (/** @type {string} */ id) => !refused.has(id) && withinOf(flow, id) === within;
  return new Set(Object.keys(flow.steps).filter(fits));
}

/** @param {Flow} flow @param {string} id @returns {Set<string>} the ports that lead somewhere */
export function wiredPorts(flow, id) {
  const ends = flow.wires.map((wire) => splitEnd(wire.from));
  return new Set(ends.filter((end) => end.id === id).map((end) => end.port));
}

/**
 * Whether a run went along a wire: its step left by that port, or its trigger started the run.
 * @param {Wire} wire
 * @param {Flow} flow
 * @param {Progress} progress
 */
export function wasTaken(wire, flow, progress) {
  const end = splitEnd(wire.from);
  if (Object.hasOwn(flow.triggers, end.id) && (progress.trigger || end.id) !== end.id) return false;
  if (end.port === "") {
    const status = progress.steps[wire.to]?.status;
    return status !== undefined && status !== "dead" && status !== "idle";
  }
  const source = progress.steps[end.id];
  if (!source) return false;
  if (source.ports) return source.ports.includes(end.port);
  return source.port === end.port && ["done", "failed", "passed_over"].includes(source.status);
}
