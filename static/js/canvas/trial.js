/**
 * Test runs and past runs on the canvas. The server says in #trial-bar how far a run is; what the
 * canvas paints of it comes along as JSON.
 * @import {DesignerPage} from "./page.js"
 */
import { make, need } from "./dom.js";
import { mountPortValues } from "./port_values.js";
import { atStep, TrialMarks } from "./trial_marks.js";

const PANEL_MS = 120;

/** @param {DesignerPage} page */
export function mountTrial(page) {
  const { deeds, editor, facts, scene } = page;
  const marks = new TrialMarks(page);
  const panel = need("#trial-result");
  /** @type {import("./types.js").RunOverlay|null} */
  let progress = null;
  let shown = "";
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let later;

  /** Show the selected step in the test panel, a moment later: selections follow each other. */
  const look = () => {
    clearTimeout(later);
    later = setTimeout(() => {
      const id = editor.only ?? "";
      panel.hidden = !(id in editor.flow.steps);
      if (panel.hidden) return;
      const url = atStep(facts.flow_url, id, "test", { run: progress?.run ?? "" });
      htmx.ajax("GET", url, { source: "#trial-looks", target: "#test-panel", swap: "outerMorph" });
    }, PANEL_MS);
  };
  /** @param {string} text  what the bar says, "" for no run */
  const take = (text) => {
    if (text === shown) return;
    const before = progress?.said;
    shown = text;
    progress = JSON.parse(text || "null");
    page.element.toggleAttribute("data-run", progress !== null);
    scene.showProgress(progress);
    marks.show(progress);
    if (progress?.said !== before) editor.say(progress?.said ?? "Left the run.");
    look();
  };

  document.addEventListener("htmx:after:swap", () => {
    const island = document.querySelector("#trial-progress");
    if (island) take(island.textContent ?? "");
  });
  document.body.addEventListener("pins", look);
  editor.on("selection", look);
  mountPortValues(page, () => progress?.run ?? "");
  deeds["trial-leave"] = () => {
    need("#trial-bar").replaceWith(make("section", { id: "trial-bar", hidden: "" })); // asks no more
    take("");
  };
  deeds.try = () => {
    const only = panel.querySelector(`[data-step="${editor.only}"] [name=only]`);
    if (only instanceof HTMLInputElement) only.form?.requestSubmit();
    else editor.say("Select a step that is saved: it can be tried alone.");
  };
}
