/**
 * Draws a flow: nodes as HTML, wires in one SVG, both inside one moved layer. Redraws only what
 * changed, decided by comparing document parts by identity, and puts into a node what it shows when
 * that can be read for the first time; never reads layout.
 * @import {Catalogue, Face, Flow, Point, Problem, Progress, Rect, Wire} from "./types.js"
 */
import { carried, dropTarget } from "./boxes.js";
import { makeSvg, need, removeOthers } from "./dom.js";
import { faceOf, inputPoint, outputPoint } from "./face.js";
import { Frames } from "./frames.js";
import { bounds, overlaps } from "./geometry.js";
import { gathered, nodeIds, splitEnd, wasTaken, wireKey, withinOf } from "./graph.js";
import * as node from "./node_face.js";
import { wirePath } from "./routing.js";

const NOWHERE = { x: 0, y: 0, w: 0, h: 0 };

/** @typedef {{element: HTMLElement, source: unknown, face: Face, stale: boolean}} Drawn */

export class Scene {
  /** @type {Map<string, Drawn>} */
  #nodes = new Map();
  /** @type {Map<string, {group: SVGElement, line: SVGPathElement, look: string}>} */
  #wires = new Map();
  /** @type {Map<string, Wire[]>} */
  #leaving = new Map();
  #entering = this.#leaving;
  /** @type {Rect[]} what wires keep clear of */
  #rects = [];
  /** @type {Flow} */
  #flow = { flow: 1, name: "", triggers: {}, steps: {}, wires: [] };
  /** @type {Progress|null} */
  #progress = null;
  /** @type {Map<string, Problem[]>} */
  #problems = new Map();
  /** @type {Map<string, Point>} where dragged nodes stand until they are dropped */
  #moved = new Map();
  /** What of it is seen: all, unless culling.js says otherwise. */
  sight = {
    isNear: (/** @type {string[]} */ _ids, /** @type {Rect} */ _rect) => true,
    isLegible: (/** @type {string} */ _id) => true,
  };

  /** @param {HTMLElement} world @param {Catalogue} catalogue */
  constructor(world, catalogue) {
    this.catalogue = catalogue;
    this.svg = /** @type {Element} */ (world.querySelector(".canvas__wires"));
    this.layer = need(".nodes", world);
    this.frames = new Frames(world);
  }

  /** @param {string} id @returns {HTMLElement|undefined} */
  element(id) {
    return this.#nodes.get(id)?.element;
  }

  /** @param {string} id @returns {Face|undefined} with the place it is shown at */
  face(id) {
    const node = this.#nodes.get(id);
    const place = this.#moved.get(id);
    if (!node || !place) return node?.face;
    return { ...node.face, rect: { ...node.face.rect, x: place[0], y: place[1] } };
  }

  /** How many nodes there are. */
  get size() {
    return this.#nodes.size;
  }

  /** @returns {Face[]} */
  faces() {
    return [...this.#nodes.values()].map((node) => node.face);
  }

  /** All that is drawn. @returns {Rect|null} */
  bounds() {
    return bounds([...this.faces().map((face) => face.rect), ...this.frames.rects()]);
  }

  /** @param {Flow} flow */
  draw(flow) {
    if (flow === this.#flow) return;
    if (flow.wires !== this.#flow.wires) {
      this.#leaving = gathered(flow.wires, (wire) => splitEnd(wire.from).id);
      this.#entering = gathered(flow.wires, (wire) => wire.to);
    }
    this.#flow = flow;
    const wanted = new Set(nodeIds(flow));
    removeOthers(this.#nodes, wanted, (one) => one.element);
    for (const id of wanted) this.#drawNode(id);
    this.#rects = this.faces().map((face) => face.rect);
    this.frames.draw(flow, (id) => this.face(id));
    this.#drawWires();
    this.cull();
    this.#label();
  }

  /** Hide what is out of sight, and put into nodes what can now be read. */
  cull() {
    for (const [id, drawn] of this.#nodes) {
      const isNear = this.sight.isNear([id], drawn.face.rect);
      drawn.element.classList.toggle("is-away", !isNear);
      if (drawn.stale && isNear && this.sight.isLegible(id)) this.#fill(id, drawn);
    }
    for (const wire of this.#flow.wires) {
      const ids = [splitEnd(wire.from).id, wire.to];
      const box = bounds(ids.flatMap((id) => this.face(id)?.rect ?? [])) ?? NOWHERE;
      const group = this.#wires.get(wireKey(wire))?.group;
      group?.classList.toggle("is-away", !this.sight.isNear(ids, box));
    }
  }

  /** @param {string} id @param {Drawn} drawn */
  #fill(id, drawn) {
    drawn.stale = false;
    node.fillNode(drawn.element, drawn.face);
    this.#mark(id, drawn);
    this.#say(id, drawn.element);
  }

  /** @param {string} id */
  #drawNode(id) {
    const { steps, triggers } = this.#flow;
    const source = (Object.hasOwn(steps, id) ? steps : triggers)[id];
    const known = this.#nodes.get(id);
    if (known?.source === source && !known.face.missing) return; // its block may have come by now
    const face = faceOf(this.#flow, id, this.catalogue);
    const element = known?.element ?? node.nodeElement(id);
    const stale = !known || known.stale || node.lookOf(known.face) !== node.lookOf(face);
    if (stale) node.dressNode(element, face);
    move(element, [face.rect.x, face.rect.y]);
    element.style.height = `${face.rect.h}px`;
    if (!known) this.layer.append(element);
    this.#nodes.set(id, { element, source, face, stale });
  }

  /** @param {string} id @param {Drawn} drawn */
  #mark(id, { element, stale }) {
    node.markProgress(element, this.#progress?.steps[id]);
    if (!stale) node.markProblems(element, this.#problems.get(id) ?? []);
  }

  #drawWires() {
    const wanted = new Set(this.#flow.wires.map(wireKey));
    removeOthers(this.#wires, wanted, (one) => one.group);
    for (const wire of this.#flow.wires) this.#drawWire(wire);
  }

  /** The line of a wire, for what is shown on it. @param {Wire} wire */
  wireLine(wire) {
    return this.#wires.get(wireKey(wire))?.line;
  }

  /** @param {Wire} wire */
  #drawWire(wire) {
    const end = splitEnd(wire.from);
    const source = this.face(end.id);
    const target = this.face(wire.to);
    if (!source || !target) return;
    const from = outputPoint(source, end.port);
    const row = source.ports.findIndex((port) => port.name === end.port);
    const near = (/** @type {Rect} */ area) => this.#rects.filter((rect) => overlaps(rect, area));
    const ends = /** @type {const} */ ([source.rect, target.rect]);
    const path = wirePath(from, inputPoint(target.rect), ...ends, near, (Math.max(row, 0) % 4) * 5);
    const drawn = this.#wires.get(wireKey(wire)) ?? this.#newWire(wire);
    const { tone = "error", kind = "nothing" } = source.ports[row] ?? {};
    const look = `${tone} ${kind} ${path}`;
    if (drawn.look === look) return;
    drawn.look = look;
    Object.assign(drawn.group.dataset, { tone, kind });
    for (const line of drawn.group.children) line.setAttribute("d", path);
    if (!drawn.group.isConnected) this.svg.append(drawn.group);
  }

  /** @param {Wire} wire */
  #newWire(wire) {
    const group = makeSvg("g", { class: "wire", "data-wire": wireKey(wire) });
    const line = /** @type {SVGPathElement} */ (makeSvg("path", { class: "wire__line" }));
    group.append(makeSvg("path", { class: "wire__hit" }), line);
    const drawn = { group, line, look: "" };
    this.#wires.set(wireKey(wire), drawn);
    this.#lightWire(wire, group);
    return drawn;
  }

  /**
   * Show nodes elsewhere while they are dragged; the document is untouched. An empty map ends it.
   * What stands in a loop goes with it; the box that would take them in lights up.
   * @param {Map<string, Point>} chosen
   */
  preview(chosen) {
    const places = carried(this.#flow, chosen);
    const touched = new Set([...this.#moved.keys(), ...places.keys()]);
    this.#moved = places;
    for (const id of touched) {
      const face = this.face(id);
      const element = this.element(id);
      if (face && element) move(element, [face.rect.x, face.rect.y]);
    }
    const rectOf = (/** @type {string} */ id) => this.#nodes.get(id)?.face.rect ?? NOWHERE;
    this.frames.preview(places, dropTarget(this.#flow, this.frames.boxes, chosen, rectOf));
    const still = this.faces().filter((face) => !places.has(face.id));
    this.#rects = still.map((face) => face.rect);
    const moving = [this.#leaving, this.#entering];
    const wires = [...touched].flatMap((id) => moving.flatMap((ends) => ends.get(id) ?? []));
    for (const wire of new Set(wires)) this.#drawWire(wire);
  }

  /** @param {Set<string>} ids @param {string|null} wire */
  showSelection(ids, wire) {
    for (const [id, { element }] of this.#nodes) {
      const selected = String(ids.has(id));
      if (element.ariaSelected !== selected) element.ariaSelected = selected;
    }
    for (const [key, { group }] of this.#wires)
      group.classList.toggle("wire--selected", key === wire);
  }

  /** @param {Problem[]} problems */
  showProblems(problems) {
    this.#problems = gathered(problems, (problem) => problem.step ?? "");
    for (const [id, drawn] of this.#nodes) this.#mark(id, drawn);
    this.#label();
  }

  /** @param {Progress|null} progress */
  showProgress(progress) {
    this.#progress = progress;
    for (const [id, drawn] of this.#nodes) this.#mark(id, drawn);
    for (const wire of this.#flow.wires) {
      const drawn = this.#wires.get(wireKey(wire));
      if (drawn) this.#lightWire(wire, drawn.group);
    }
    this.#label();
  }

  /** @param {Wire} wire @param {SVGElement} group */
  #lightWire(wire, group) {
    const taken = this.#progress !== null && wasTaken(wire, this.#flow, this.#progress);
    group.classList.toggle("wire--taken", taken);
    group.classList.toggle("wire--untaken", this.#progress !== null && !taken);
  }

  #label() {
    for (const [id, { element, stale }] of this.#nodes) if (!stale) this.#say(id, element);
  }

  /** @param {string} id @param {HTMLElement} element */
  #say(id, element) {
    const titleOf = (/** @type {string} */ other) => this.#nodes.get(other)?.face.title ?? other;
    const loop = withinOf(this.#flow, id);
    const before = this.#entering.get(id)?.map((wire) => titleOf(splitEnd(wire.from).id));
    const onward = this.#leaving.get(id)?.map((wire) => titleOf(wire.to));
    const parts = [
      loop && `in each round of ${titleOf(loop)}`,
      before && `after ${before.join(", ")}`,
      onward ? `leads to ${onward.join(", ")}` : "leads nowhere",
      this.#progress?.steps[id]?.said,
      node.problemWords(this.#problems.get(id) ?? []),
    ];
    node.sayNode(element, parts.filter(Boolean).join(", "));
  }
}

/** @param {HTMLElement} element @param {Point} place */
function move(element, [x, y]) {
  element.style.left = `${x}px`;
  element.style.top = `${y}px`;
}
