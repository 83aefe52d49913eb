/**
 * The last value at a port or on a wire, in a small panel while the pointer rests there or the wire
 * is chosen by keyboard. Asked of the server when wanted: runs may hold a lot.
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";
import { splitEnd } from "./graph.js";
import { atStep } from "./trial_marks.js";

const REST_MS = 250;
const GAP = 12;

/** @param {DesignerPage} page @param {() => string} runShown  "" while no run is */
export function mountPortValues(page, runShown) {
  const panel = need("#port-value");
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const hide = () => {
    clearTimeout(timer);
    if (panel.matches(":popover-open")) panel.hidePopover();
  };
  /** @param {{step: string, port: string}} spot @param {DOMRect} beside */
  const open = async (spot, beside) => {
    const asked = { run: runShown(), port: spot.port };
    const url = atStep(page.facts.flow_url, spot.step, "value", asked);
    await htmx.ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" });
    panel.showPopover();
    const box = panel.getBoundingClientRect();
    const left = Math.min(beside.right + GAP, innerWidth - box.width - GAP);
    const top = Math.min(beside.top, innerHeight - box.height - GAP);
    panel.style.left = `${Math.max(GAP, left)}px`;
    panel.style.top = `${Math.max(GAP, top)}px`;
  };
  /** @param {Element} target */
  const rest = (target) => {
    hide();
    const spot = runShown() ? spotOf(target) : null;
    if (spot && spot.step in page.editor.flow.steps)
      timer = setTimeout(() => open(spot, target.getBoundingClientRect()), REST_MS);
  };
  page.root.addEventListener("pointerover", (event) => {
    if (event.target instanceof Element) rest(event.target);
  });
  page.root.addEventListener("pointerleave", hide);
  page.root.addEventListener("pointerdown", hide);
  page.editor.on("selection", () => {
    const wire = page.editor.wire;
    const drawn = wire && page.root.querySelector(`[data-wire="${CSS.escape(wire)}"]`);
    if (drawn) rest(drawn);
  });
}

/**
 * Which value an element stands for: a port's, or that of the wire that leaves it.
 * @param {Element} target
 * @returns {{step: string, port: string}|null}
 */
function spotOf(target) {
  const wire = target.closest("[data-wire]")?.getAttribute("data-wire");
  if (wire) {
    const { id, port } = splitEnd(wire.split(">")[0]);
    return { step: id, port };
  }
  const step = target.closest("[data-node]")?.getAttribute("data-node");
  const port = target.closest(".node__port")?.querySelector("[data-port]");
  if (step && port) return { step, port: port.getAttribute("data-port") ?? "" };
  return step && target.closest("[data-in]") ? { step, port: "" } : null;
}
