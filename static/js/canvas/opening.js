/**
 * Looking into a workflow that a step calls: the server gives its live version, which is drawn in a
 * dialog over the canvas. The draft behind it stays as it is.
 * @import {DesignerPage} from "./page.js"
 */
import { island, need } from "./dom.js";
import { mountFlowView } from "./flow_view.js";

/** @param {DesignerPage} page */
export function mountOpening({ editor, root }) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#opened"));
  dialog.addEventListener("close", () => {
    need("#opened-body").replaceChildren();
    root.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:after:swap", () => {
    const drawn = dialog.querySelector("[data-flow-view]:not(.canvas)");
    if (!dialog.open && dialog.querySelector("#opened-flow:not([data-seen])")) dialog.showModal();
    dialog.querySelector("#opened-flow")?.setAttribute("data-seen", "");
    if (!(drawn instanceof HTMLElement)) return;
    mountFlowView(drawn, island("opened-drawing"));
    editor.say("Looking into the workflow that is called. Escape leads back to the draft.");
  });
}
