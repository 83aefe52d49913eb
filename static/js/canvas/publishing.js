/**
 * Publishing works on the saved draft: it is saved first, then what would change is asked for and
 * drawn. A problem that stands in the way leads to its place.
 * @import {DesignerPage} from "./page.js"
 */
import { mountDiffs } from "./diff.js";
import { need } from "./dom.js";

/** @param {DesignerPage} page */
export function mountPublishing({ facts, saving }) {
  const dialog = document.querySelector("#publish");
  if (!(dialog instanceof HTMLDialogElement)) return;
  dialog.addEventListener("toggle", async () => {
    if (!dialog.open) return need("#publish-plan").replaceChildren();
    const saved = await saving.now();
    if (!saved) return dialog.close();
    const plan = "#publish-plan";
    await htmx.ajax("GET", facts.publish_url, { source: plan, target: plan, swap: "outerHTML" });
  });
  document.addEventListener("htmx:after:swap", mountDiffs);
  dialog.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-problem]")) dialog.close();
  });
}
