/**
 * Draws the wires of a flow, all in one SVG. Draws again only what changed.
 * @import {Face, Rect, Wire} from "./types.js"
 */
import { makeSvg, removeOthers } from "./dom.js";
import { inputPoint, outputPoint } from "./face.js";
import { overlaps } from "./geometry.js";
import { splitEnd, wireKey } from "./graph.js";
import { pathBox, wirePath } from "./routing.js";

export class Wires {
  /** @type {Map<string, {group: SVGElement, line: SVGPathElement, look: string, box: Rect|null}>} */
  #drawn = new Map();

  /** @param {Element} svg */
  constructor(svg) {
    this.svg = svg;
  }

  /** The line of a wire, for what is shown on it. @param {Wire} wire */
  line(wire) {
    return this.#drawn.get(wireKey(wire))?.line;
  }

  /** Take away all others. @param {Wire[]} wires */
  keep(wires) {
    removeOthers(this.#drawn, new Set(wires.map(wireKey)), (one) => one.group);
  }

  /**
   * Draw one between its nodes.
   * @param {Wire} wire
   * @param {Face} source
   * @param {Face} target
   * @param {Rect[]} rects  what it keeps clear of
   */
  draw(wire, source, target, rects) {
    const { port } = splitEnd(wire.from);
    const from = outputPoint(source, port);
    const row = source.ports.findIndex((one) => one.name === port);
    const near = (/** @type {Rect} */ area) => rects.filter((rect) => overlaps(rect, area));
    const ends = /** @type {const} */ ([source.rect, target.rect]);
    const path = wirePath(from, inputPoint(target.rect), ...ends, near, (Math.max(row, 0) % 4) * 5);
    const drawn = this.#drawn.get(wireKey(wire)) ?? this.#fresh(wire);
    const { tone = "error", kind = "nothing" } = source.ports[row] ?? {};
    const look = `${tone} ${kind} ${path}`;
    if (drawn.look === look) return;
    drawn.look = look;
    drawn.box = pathBox(path);
    Object.assign(drawn.group.dataset, { tone, kind });
    for (const line of drawn.group.children) line.setAttribute("d", path);
    if (!drawn.group.isConnected) this.svg.append(drawn.group);
  }

  /** @param {Wire} wire */
  #fresh(wire) {
    const group = makeSvg("g", { class: "wire", "data-wire": wireKey(wire) });
    const line = /** @type {SVGPathElement} */ (makeSvg("path", { class: "wire__line" }));
    group.append(makeSvg("path", { class: "wire__hit" }), line);
    const drawn = { group, line, look: "", box: null };
    this.#drawn.set(wireKey(wire), drawn);
    return drawn;
  }

  /** Hide one that is out of sight. @param {Wire} wire @param {(box: Rect) => boolean} isNear */
  cull(wire, isNear) {
    const drawn = this.#drawn.get(wireKey(wire));
    if (drawn?.box) drawn.group.classList.toggle("is-away", !isNear(drawn.box));
  }

  /** Show whether a run went along it. @param {Wire} wire @param {boolean|null} taken  null: no run is shown */
  light(wire, taken) {
    const classes = this.#drawn.get(wireKey(wire))?.group.classList;
    classes?.toggle("wire--taken", taken === true);
    classes?.toggle("wire--untaken", taken === false);
  }

  /** @param {string|null} selected  key of a wire */
  select(selected) {
    for (const [key, { group }] of this.#drawn)
      group.classList.toggle("wire--selected", key === selected);
  }
}
