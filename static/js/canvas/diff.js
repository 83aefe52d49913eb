/**
 * Drawings that come with a part of the page: a workflow that is looked into, or two states of one: what
 * was added, changed, removed or moved is marked, and the list of changes beside it leads to the place.
 */
import { hear, island, make } from "./dom.js";
import { mountFlowView } from "./flow_view.js";

/** @type {WeakMap<Element, import("./flow_view.js").FlowView>} */
const views = new WeakMap();

/** @param {HTMLElement} root */
function mount(root) {
  const drawing = island(root.dataset.diffView ?? root.dataset.flowView ?? "");
  views.set(root, mountFlowView(root, drawing));
  for (const node of root.querySelectorAll("[data-node]")) {
    const id = node.getAttribute("data-node") ?? "";
    const kind = drawing.marks?.nodes[id];
    node.id = `diff-${id}`; // the designer's own canvas may have the same node
    if (typeof kind !== "string") continue; // `constructor` may be an id
    node.setAttribute("data-diff", kind);
    node.append(make("span", { class: "node__status" }, [kind]));
  }
  for (const wire of root.querySelectorAll("[data-wire]")) {
    const kind = drawing.marks?.wires[wire.getAttribute("data-wire") ?? ""];
    if (kind) wire.setAttribute("data-diff", kind);
  }
}

function mountAll() {
  /** @type {NodeListOf<HTMLElement>} */
  const fresh = document.querySelectorAll(":is([data-diff-view], [data-flow-view]):not(.canvas)");
  fresh.forEach(mount);
}

hear(document, "click", "[data-change]", ({ dataset }) => {
  const root = document.querySelector("[data-diff-view]");
  if (root) views.get(root)?.choose(dataset.change ?? "");
});
document.addEventListener("htmx:after:swap", mountAll);
mountAll();
