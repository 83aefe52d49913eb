/**
 * The page of a run: the workflow drawn with how far each step is, lit up anew whenever the part is
 * swapped; a click on a step shows it in the panel. Without this module the timeline does all of it.
 * @import {FlowView} from "./canvas/flow_view.js"
 */

import { flatten } from "./canvas/bodies.js";
import { island, make } from "./canvas/dom.js";
import { mountFlowView } from "./canvas/flow_view.js";
import { stepAddress, stepIdOf } from "./run-steps.js";
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
  if (picked !== marked) view.choose(stepIdOf(picked));
  marked = picked;
}

/** Show a step, or what started the run where its trigger is meant. @param {string} id @param {boolean} isStep */
function pick(id, isStep) {
  const facts = document.getElementById("run")?.dataset;
  const address = (isStep ? stepAddress(facts?.step ?? "", id) : facts?.start) ?? "";
  document.getElementById("picked-in-drawing")?.remove();
  const link = make("a", {
    id: "picked-in-drawing",
    href: `${address}#panel`,
    hidden: "",
    "hx-get": address,
    "hx-target": "#run",
    "hx-swap": "outerMorph",
    "hx-push-url": "true",
    "hx-sync": "#run:replace",
  });
  document.body.append(link);
  /** @type {any} */ (window).htmx.process(link);
  link.click();
}

/** A click on a link of the page says what is looked for: the part after the # of its address. @param {Event} event */
function onClick(event) {
  if (!(event.target instanceof Element)) return;
  const link = event.target.closest("a[hx-target='#run']");
  if (link instanceof HTMLAnchorElement && link.hash) wanted = link.hash.slice(1);
}

/** After what was asked for is there: say so, and bring it on screen where it stands further down. */
function show() {
  const place = document.getElementById(wanted);
  wanted = "";
  if (!place) return;
  if (matchMedia(NARROW).matches) place.scrollIntoView({ block: "start" });
  announce(`${place.querySelector("h2")?.textContent?.trim() ?? ""} is shown.`);
}

/** @param {HTMLElement} root */
function start(root) {
  const { flow, blocks } = island("drawing");
  const known = new Set(Object.keys(flatten(flow).steps));
  const view = mountFlowView(root, { flow, blocks }, (id) => pick(id, known.has(id)));
  refresh(view);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:after:swap", () => {
    refresh(view);
    if (wanted) show();
  });
}

const root = document.getElementById("run-drawing");
if (root) start(root);
