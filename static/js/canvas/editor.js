/**
 * The designer's state: the document, its history, what is selected. Everything that changes the
 * document passes through `change`, so undo misses nothing; parts of the screen listen.
 * @import {Catalogue, Entry, Face, Flow, Json, Point, Problem, Rect, Wire} from "./types.js"
 */
import { flatten } from "./bodies.js";
import * as edit from "./document.js";
import { entryKey, faceOf, firstPort, nextPort, sizeOf, triggerKey } from "./face.js";
import { bounds, freePlace, GRID, looseSpot, snap } from "./geometry.js";
import { joinEnd, nodeIds, reach, splitEnd, whyNot, wiredPorts, wireKey } from "./graph.js";
import { History } from "./history.js";

const GAP = 64;
/** A step that is laid into a wire that goes back pushes nothing. */
const MOST_PUSHED = 800;

/** @typedef {"flow"|"selection"|"problems"|"say"} Topic */

export class Editor {
  #history;
  /** @type {Map<Topic, Set<(fact?: any) => void>>} */
  #listeners = new Map();
  /** @type {Set<string>} ids of selected nodes */
  selection = new Set();
  /** @type {string|null} key of the selected wire */
  wire = null;
  /** @type {Problem[]} */
  problems = [];

  /** @param {Json} flow as it is kept @param {Catalogue} catalogue */
  constructor(flow, catalogue) {
    this.#history = new History(flatten(flow));
    this.catalogue = catalogue;
  }

  /** @returns {Flow} */
  get flow() {
    return this.#history.state;
  }

  get can() {
    return { undo: this.#history.canUndo, redo: this.#history.canRedo };
  }

  /** @param {Topic} topic @param {(fact?: any) => void} listener */
  on(topic, listener) {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
  }

  /** @param {Topic} topic @param {any} [fact] */
  #tell(topic, fact) {
    for (const listener of this.#listeners.get(topic) ?? []) listener(fact);
  }

  /** Speak through the page's one live region. @param {string} text */
  say(text) {
    this.#tell("say", text);
  }

  /** @param {Problem[]} problems */
  setProblems(problems) {
    this.problems = problems;
    this.#tell("problems");
  }

  /**
   * @param {string} label  what was done, past tense: it is announced
   * @param {Flow} flow
   * @param {{group?: string, quiet?: boolean}} [how]
   */
  change(label, flow, { group, quiet = false } = {}) {
    if (flow === this.flow) return;
    this.#history.push(label, flow, group ?? null);
    this.#keepSelection();
    this.#tell("flow");
    if (!quiet) this.say(`${label}.`);
  }

  undo() {
    this.#afterTravel("Undone", this.#history.undo());
  }

  redo() {
    this.#afterTravel("Done again", this.#history.redo());
  }

  /** @param {string} verb @param {string|null} label */
  #afterTravel(verb, label) {
    if (label === null) {
      this.say(verb === "Undone" ? "Nothing to undo." : "Nothing to do again.");
      return;
    }
    this.#keepSelection();
    this.#tell("flow");
    this.say(`${verb}: ${label}.`);
  }

  #keepSelection() {
    const known = new Set(nodeIds(this.flow));
    const kept = new Set([...this.selection].filter((id) => known.has(id)));
    const wireGone = this.wire && !this.flow.wires.some((wire) => wireKey(wire) === this.wire);
    if (kept.size === this.selection.size && !wireGone) return;
    this.select(kept, wireGone ? null : this.wire);
  }

  /** @param {Iterable<string>} ids @param {string|null} [wire] */
  select(ids, wire = null) {
    this.selection = new Set(ids);
    this.wire = wire;
    this.#history.settle();
    this.#tell("selection");
  }

  get selectedWire() {
    return this.flow.wires.find((wire) => wireKey(wire) === this.wire) ?? null;
  }

  /** The one selected node, or null. @returns {string|null} */
  get only() {
    return this.selection.size === 1 ? [...this.selection][0] : null;
  }

  /** @param {string} id @returns {Face} */
  face(id) {
    return faceOf(this.flow, id, this.catalogue);
  }

  /** @returns {Face[]} */
  faces() {
    return nodeIds(this.flow).map((id) => this.face(id));
  }

  /** @param {string} id */
  entry(id) {
    const step = this.flow.steps[id];
    return this.catalogue[step ? entryKey(step) : triggerKey(this.flow.triggers[id])];
  }

  /** @param {Rect} wish @returns {Point} */
  freePlace(wish) {
    return freePlace(
      wish,
      this.faces().map((face) => face.rect),
    );
  }

  /** Add a node where it was dropped. @param {Entry} entry @param {Point} position */
  addAt(entry, [x, y]) {
    const place = this.freePlace({ x: snap(x), y: snap(y), ...sizeOf(entry) });
    const { flow, id } = edit.addNode(this.flow, entry, place);
    this.change(`${entry.title} added`, flow);
    this.select([id]);
    return id;
  }

  /**
   * Lay a step into a wire, midway; where it has no room, what follows makes way.
   * @param {Entry} entry
   * @param {Wire} wire
   */
  insert(entry, wire) {
    const source = splitEnd(wire.from).id;
    const [a, b] = [this.face(source).rect, this.face(wire.to).rect];
    const { w } = sizeOf(entry);
    const lack = Math.max(0, snap(a.x + a.w + w + GAP * 2 - b.x));
    const after = [wire.to, ...reach(this.flow, wire.to, "down")].map((id) => this.face(id));
    const moved = after.filter(({ rect }) => lack < MOST_PUSHED && rect.x >= b.x);
    const places = moved.map(({ id, rect }) => [id, [rect.x + lack, rect.y]]);
    const made = edit.placeNodes(this.flow, new Map(/** @type {[string, Point][]} */ (places)));
    const added = edit.addNode(made, entry, [snap(a.x + a.w + GAP), snap((a.y + b.y) / 2)]);
    const within = { within: this.flow.steps[source]?.within };
    const stands = edit.patchNode(added.flow, added.id, within);
    const port = firstPort(faceOf(stands, added.id, this.catalogue));
    this.change(
      `${entry.title} added on the wire`,
      edit.insertOnWire(stands, wire, added.id, port),
    );
    this.select([added.id]);
    return added.id;
  }

  /**
   * Add a node to the right of one that stands, and lead a wire to it.
   * @param {Entry} entry
   * @param {string|null} after
   * @param {string|null} [port]
   * @param {Point|null} [spot]  where its corner should be
   */
  addAfter(entry, after, port = null, spot = null) {
    const size = sizeOf(entry);
    if (!after || entry.sort === "trigger")
      return this.addAt(entry, looseSpot(this.faces().map((face) => face.rect)));
    const face = this.face(after);
    const chosen = port ?? nextPort(face, wiredPorts(this.flow, after));
    const row = Math.max(
      0,
      face.ports.findIndex((candidate) => candidate.name === chosen),
    );
    const [x, y] = spot ?? [face.rect.x + face.rect.w + 64, face.rect.y + row * 96];
    const wish = { x, y, ...size };
    const added = edit.addNode(this.flow, entry, this.freePlace(wish));
    const within = { within: this.flow.steps[after]?.within };
    const stands = edit.patchNode(added.flow, added.id, within);
    const flow = edit.connect(stands, joinEnd(after, chosen), added.id);
    this.change(`${entry.title} added after ${face.title}`, flow);
    this.select([added.id]);
    return added.id;
  }

  /**
   * @param {string} from
   * @param {string} to
   * @returns {boolean} whether the wire was drawn; a refusal is announced with its reason
   */
  connect(from, to) {
    const refusal = whyNot(this.flow, from, to);
    if (refusal) {
      this.say(refusal);
      return false;
    }
    const source = this.face(splitEnd(from).id);
    this.change(
      `${source.title} connected to ${this.face(to).title}`,
      edit.connect(this.flow, from, to),
    );
    return true;
  }

  /** @param {string} from @param {string} to */
  disconnect(from, to) {
    this.change("Connection removed", edit.disconnect(this.flow, from, to));
  }

  removeSelection() {
    const wire = this.selectedWire;
    if (wire) {
      this.disconnect(wire.from, wire.to);
      return;
    }
    const ids = [...this.selection];
    if (ids.length === 0) return;
    const label =
      ids.length === 1 ? `${this.face(ids[0]).title} removed` : `${ids.length} steps removed`;
    const flow = edit.removeNodes(this.flow, ids, (id) => firstPort(this.face(id)));
    this.change(label, flow);
  }

  /**
   * @param {string} id
   * @param {Json} patch
   * @param {string} label
   * @param {string} [group]
   */
  patch(id, patch, label, group) {
    const flow = edit.patchNode(this.flow, id, patch);
    const ports = new Set(faceOf(flow, id, this.catalogue).ports.map((port) => port.name));
    const known = !faceOf(flow, id, this.catalogue).missing;
    this.change(label, known ? edit.pruneWires(flow, id, ports) : flow, { group, quiet: true });
  }

  /** @param {string[]} ids @param {Json} patch @param {string} label */
  patchAll(ids, patch, label) {
    this.change(
      label,
      ids.reduce((flow, id) => edit.patchNode(flow, id, patch), this.flow),
    );
  }

  /** @param {Map<string, Point>} places @param {string} label @param {string} [group] */
  place(places, label, group) {
    this.change(label, edit.placeNodes(this.flow, places), { group });
  }

  /**
   * Add a part under ids of its own, nowhere on top of what stands.
   * @param {Flow} part
   * @param {string} verb
   * @param {Point} [at]  where its corner should be, else beside where it was copied
   */
  paste(part, verb, at) {
    const box = bounds(nodeIds(part).map((id) => faceOf(part, id, this.catalogue).rect));
    if (!box) return;
    const [left, top] = at ?? [box.x + GRID * 2, box.y + GRID * 3];
    const [x, y] = this.freePlace({ ...box, x: left, y: top });
    const pasted = edit.pastePart(this.flow, part, [x - box.x, y - box.y]);
    const count = pasted.ids.length;
    this.change(`${count} ${count === 1 ? "step" : "steps"} ${verb}`, pasted.flow);
    this.select(pasted.ids);
  }
}
