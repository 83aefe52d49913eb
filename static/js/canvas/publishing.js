/**
 * Publishing works on the saved draft: save first, then send the form.
 * @import {DesignerPage} from "./page.js"
 */

/** @param {DesignerPage} page */
export function mountPublishing({ saving }) {
  for (const form of document.querySelectorAll("form[data-needs-saved]")) {
    form.addEventListener("submit", async (event) => {
      if (!saving.isDirty || !(form instanceof HTMLFormElement)) return;
      event.preventDefault();
      if (await saving.now()) form.submit();
    });
  }
}
