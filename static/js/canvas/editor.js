/**
 * The designer's state: the document, its history, what is selected. Everything that changes the
 * document passes through `change`, so undo misses nothing; parts of the screen listen.
 * @import {Catalogue, Entry, Face, Flow, Json, Point, Problem, Rect, Thing, Wire} from "./types.js"
 */
import { flatten } from "./bodies.js";
import * as boxes from "./boxes.js";
import * as edit from "./document.js";
import { faceOf, firstPort } from "./face.js";
import { nodeIds, splitEnd, whyNot, wireKey, withinOf } from "./graph.js";
import { History } from "./history.js";
import { noteRect, withoutEmptyGroups } from "./marks.js";

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
    return this.#history.can;
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

  /** Say why something is not done. @template T @param {string} reason @param {T} answer */
  refuse(reason, answer) {
    this.say(reason);
    return answer;
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
    this.#history.push(label, withoutEmptyGroups(flow), group ?? null);
    this.#keepSelection();
    this.#tell("flow");
    if (!quiet) this.say(`${label}.`);
  }

  /** Take in what others did: undo can't take it away. @param {Flow} flow */
  replace(flow) {
    this.#history.replace(withoutEmptyGroups(flow));
    this.#keepSelection();
    this.#tell("flow");
  }

  undo() {
    this.#afterTravel("Undone", this.#history.undo());
  }

  redo() {
    this.#afterTravel("Done again", this.#history.redo());
  }

  /** @param {string} verb @param {string|null} label */
  #afterTravel(verb, label) {
    if (label === null)
      return this.say(verb === "Undone" ? "Nothing to undo." : "Nothing to do again.");
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

  /** The one selected node, or null. */
  get only() {
    return this.selection.size === 1 ? [...this.selection][0] : null;
  }

  /** @param {string} id @returns {Face} */
  face(id) {
    return faceOf(this.flow, id, this.catalogue);
  }

  /** What can be dragged: a node, or a note by its key. @param {string} id @returns {Thing} */
  thing(id) {
    if (!id.startsWith("note:")) return this.face(id);
    return { id, title: "Note", rect: noteRect(this.flow, id) };
  }

  /** @returns {Face[]} */
  faces() {
    return nodeIds(this.flow).map((id) => this.face(id));
  }

  /** Every rectangle a new node in a loop ("" for none) must not lie on. @param {string} [loop] */
  taken(loop = "") {
    const beside = [...this.boxes].filter(([id]) => withinOf(this.flow, id) === loop);
    return [...this.faces().map((face) => face.rect), ...beside.map(([, rect]) => rect)];
  }

  /** The box of every loop. */
  get boxes() {
    return boxes.boxesOf(this.flow, (id) => this.face(id).rect);
  }

  /**
   * @param {string} from
   * @param {string} to
   * @returns {boolean} whether the wire was drawn; a refusal is announced with its reason
   */
  connect(from, to) {
    const refusal = whyNot(this.flow, from, to);
    if (refusal) return this.refuse(refusal, false);
    const source = this.face(splitEnd(from).id);
    const label = `${source.title} connected to ${this.face(to).title}`;
    this.change(label, edit.connect(this.flow, from, to));
    return true;
  }

  /** @param {string} from @param {string} to */
  disconnect(from, to) {
    this.change("Connection removed", edit.disconnect(this.flow, from, to));
  }

  removeSelection() {
    const wire = this.selectedWire;
    if (wire) return this.disconnect(wire.from, wire.to);
    const ids = [...boxes.withInside(this.flow, this.selection)];
    if (ids.length === 0) return;
    const what = ids.length === 1 ? this.face(ids[0]).title : `${ids.length} steps`;
    const flow = edit.removeNodes(this.flow, ids, (id) => firstPort(this.face(id)));
    this.change(`${what} removed`, flow);
  }

  /**
   * @param {string} id
   * @param {Json} patch
   * @param {string} label
   * @param {string} [group]
   */
  patch(id, patch, label, group) {
    const flow = edit.patchNode(this.flow, id, patch);
    const { ports, missing } = faceOf(flow, id, this.catalogue);
    const names = new Set(ports.map((port) => port.name));
    this.change(label, missing ? flow : edit.pruneWires(flow, id, names), { group, quiet: true });
  }

  /** Change several nodes at once. @param {Record<string, Json>} patches  by id @param {string} label */
  patchEach(patches, label) {
    let { flow } = this;
    for (const [id, patch] of Object.entries(patches)) flow = edit.patchNode(flow, id, patch);
    this.change(label, flow);
  }

  /** @param {Map<string, Point>} places @param {string} label @param {string} [group] */
  place(places, label, group) {
    this.change(label, edit.placeNodes(this.flow, boxes.carried(this.flow, places)), { group });
  }
}
