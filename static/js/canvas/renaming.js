/**
 * Renaming a step or variable: the server says what reads it and gives the document renamed, which
 * enters like any other edit, so undo takes it back.
 * @import {DesignerPage} from "./page.js"
 */
import { flatten, nest } from "./bodies.js";
import { need } from "./dom.js";

/** @param {DesignerPage} page */
export function mountRenaming({ deeds, editor, facts }) {
  const dialog = /** @type {HTMLDialogElement} */ (need("#rename"));
  deeds["rename-id"] = () => {
    const values = {
      document: JSON.stringify(nest(editor.flow)),
      what: editor.only ? `step:${editor.only}` : "",
    };
    htmx.ajax("POST", facts.rename_url, { target: "#rename-part", swap: "outerHTML", values });
    dialog.showModal();
  };
  deeds.renamed = () => {
    const result = need("[data-document]", dialog).dataset.document ?? "";
    dialog.close();
    editor.change("Renamed, with all that reads it", flatten(JSON.parse(result)));
  };
}
