/**
 * The last value at a port or on a wire, in a small panel while the pointer rests there or the wire
 * is chosen by keyboard. Asked of the server when wanted: runs may hold a lot.
 * @import {DesignerPage} from "./page.js"
 */
import { hit, need } from "./dom.js";
import { splitEnd } from "./graph.js";

const REST_MS = 250;

/** @param {DesignerPage} page @param {() => string} runShown  "" while no run is */
export function mountPortValues({ editor, facts, root }, runShown) {
  const panel = need("#port-value");
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const hide = () => {
    clearTimeout(timer);
    panel.hidePopover();
  };
  /** @param {Event} event  it hit a port, or a wire */
  const rest = (event) => {
    hide();
    const spot = spotOf(event);
    if (!runShown() || !Object.hasOwn(editor.flow.steps, spot.step)) return;
    timer = setTimeout(async () => {
      const asked = new URLSearchParams({ run: runShown(), port: spot.port });
      const url = `${facts.flow_url}/steps/${encodeURIComponent(spot.step)}/value?${asked}`;
      const { right, top } = /** @type {Element} */ (event.target).getBoundingClientRect();
      await htmx.ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" });
      panel.style.setProperty("--x", `${right}px`);
      panel.style.setProperty("--y", `${top}px`);
      panel.showPopover();
    }, REST_MS);
  };
  root.addEventListener("pointerover", rest);
  root.addEventListener("pointerleave", hide);
  root.addEventListener("pointerdown", hide);
  editor.on("selection", () => {
    const drawn = editor.wire && root.querySelector(`[data-wire="${CSS.escape(editor.wire)}"]`);
    if (drawn) rest(/** @type {any} */ ({ target: drawn }));
  });
}

/**
 * Which value what was hit stands for: a port's, or that of the wire that leaves it; no step for none.
 * @param {Event} event
 */
function spotOf(event) {
  const wire = hit(event, "data-wire");
  if (wire) {
    const { id, port } = splitEnd(wire.split(">")[0]);
    return { step: id, port };
  }
  const row = /** @type {Element} */ (event.target).closest(".node__port");
  const port = row?.querySelector("[data-port]")?.getAttribute("data-port");
  const isEnd = row || hit(event, "data-in") !== null;
  return { step: isEnd ? (hit(event, "data-node") ?? "") : "", port: port ?? "" };
}
