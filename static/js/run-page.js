/**
 * The page of a run: the workflow drawn with how far each step is, lit up anew whenever the part is
 * swapped; a click on a step shows it in the panel. Without this module the timeline does all of it.
 * @import {FlowView} from "./canvas/flow_view.js"
 */

import { flatten } from "./canvas/bodies.js";
import { hear, island, need } from "./canvas/dom.js";
import { mountFlowView } from "./canvas/flow_view.js";
import { announce } from "./toast.js";

const NARROW = "(max-width: 1100px)";

/** What the person asked for last and has not seen yet: a step, or a part of the timeline. */
let wanted = "";
/** The step the drawing has marked: a live refresh must not pan back to it. */
let marked = "";

/** @param {FlowView} view */
function refresh(view) {
  const { progress, picked } = island("run-progress");
  view.show(progress);
  if (picked !== marked) view.choose(picked);
  marked = picked;
}

/** Show a step, or what started the run where its trigger is meant. @param {string} id @param {boolean} isStep */
function pick(id, isStep) {
  const { step = "", start = "" } = need("#run").dataset;
  const address = isStep ? step.replace("step=STEP", `step=${encodeURIComponent(id)}`) : start;
  const link = need("#picked-in-drawing");
  link.setAttribute("hx-get", address);
  link.setAttribute("href", `${address}#panel`);
  link.click();
}

/** After what was asked for is there: say so, and bring it on screen where it stands further down. */
function show() {
  const place = document.getElementById(wanted);
  wanted = "";
  if (!place) return;
  if (matchMedia(NARROW).matches) place.scrollIntoView({ block: "start" });
  announce(`${place.querySelector("h2")?.textContent?.trim() ?? ""} is shown.`);
}

const root = document.getElementById("run-drawing");
if (root) {
  const { flow, blocks } = island("drawing");
  const known = new Set(Object.keys(flatten(flow).steps));
  const view = mountFlowView(root, { flow, blocks }, (id) => pick(id, known.has(id)));
  refresh(view);
  // A click on a link of the page says what is looked for: the part after the # of its address.
  hear(document, "click", "a[hx-target='#run'][href*='#']", (link) => {
    wanted = /** @type {HTMLAnchorElement} */ (link).hash.slice(1);
  });
  document.addEventListener("htmx:after:swap", () => {
    refresh(view);
    if (wanted) show();
  });
}
