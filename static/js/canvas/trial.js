/**
 * Test runs and past runs on the canvas. The server says in #trial-bar how far a run is; what the
 * canvas paints of it comes along as JSON. The test panel listens to `trial`, and asks anew.
 * @import {DesignerPage} from "./page.js"
 */
import { make, need } from "./dom.js";
import { mountPortValues } from "./port_values.js";
import { mountTrialMarks } from "./trial_marks.js";

/** @param {DesignerPage} page */
export function mountTrial(page) {
  const { deeds, editor, scene } = page;
  const mark = mountTrialMarks(page);
  /** @type {import("./types.js").RunOverlay|null} */
  let progress = null;
  let shown = "";

  /** @param {string} text  what the bar says, "" for no run */
  const take = (text) => {
    if (text === shown) return;
    const before = progress?.said;
    shown = text;
    progress = JSON.parse(text || "null");
    page.element.toggleAttribute("data-run", progress !== null);
    scene.showProgress(progress);
    mark(progress);
    if (progress?.said !== before) editor.say(progress?.said ?? "Left the run.");
    document.body.dispatchEvent(new Event("trial"));
  };

  document.addEventListener("htmx:after:swap", () => {
    const island = document.querySelector("#trial-progress");
    if (island) take(island.textContent ?? "");
  });
  mountPortValues(page, () => progress?.run ?? "");
  deeds["trial-leave"] = () => {
    need("#trial-bar").replaceWith(make("section", { id: "trial-bar", hidden: "" })); // asks no more
    take("");
  };
  deeds.try = () => {
    const only = document.querySelector(`[data-step="${editor.only}"] [name=only]`);
    if (only instanceof HTMLInputElement) only.form?.requestSubmit();
    else editor.say("Select a step that is saved: it can be tried alone.");
  };
}
