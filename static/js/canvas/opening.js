/**
 * Looking into a workflow that a step calls: the server gives its live version, which is drawn in a
 * dialog over the canvas. The draft behind it stays as it is.
 * @import {DesignerPage} from "./page.js"
 */
import { island, need } from "./dom.js";
import { mountFlowView } from "./flow_view.js";

/** @param {DesignerPage} page */
export function mountOpening({ editor }) {
  const body = need("#opened-body");
  need("#opened").addEventListener("close", () => body.replaceChildren());
  document.addEventListener("htmx:after:swap", () => {
    const drawn = body.querySelector("[data-flow-view]:not(.canvas)");
    if (!(drawn instanceof HTMLElement)) return;
    mountFlowView(drawn, island("opened-drawing"));
    editor.say("Looking into the workflow that is called. Escape leads back to the draft.");
  });
}
