/**
 * Several people at one draft: saying that this page is open and where one is in it, taking in what
 * others save, and having a person choose where both changed the same.
 * @import {DesignerPage} from "./page.js"
 */
import { need } from "./dom.js";

/** @param {DesignerPage} page */
export function mountTogether(page) {
  const { deeds, editor, saving, sends } = page;
  const form = /** @type {HTMLFormElement} */ (need("#presence"));
  sends.presence = (body) => {
    sends.page(body);
    body.set("step", editor.only ? editor.face(editor.only).title : "");
  };
  document.addEventListener("htmx:after:swap", () => {
    const told = form.querySelector("[data-revision]");
    if (told instanceof HTMLElement) saving.follow(Number(told.dataset.revision));
  });
  addEventListener("pagehide", () => {
    const parting = new FormData(form);
    sends.presence(parting);
    parting.set("leaves", "1");
    navigator.sendBeacon(form.action, parting);
  });

  const dialog = /** @type {HTMLDialogElement} */ (need("#merge"));
  const choices = /** @type {HTMLFormElement} */ (need("#merge-form"));
  saving.ask = (html) => {
    need("#merge-body").innerHTML = html;
    dialog.returnValue = "";
    if (!dialog.open) dialog.show();
    need("input, summary", dialog).focus();
  };
  dialog.addEventListener("close", () => {
    if (dialog.returnValue) saving.merge(Object.fromEntries(new FormData(choices)));
    else if (saving.state !== "conflict") saving.pending = null; // later
  });
  deeds["all-of"] = (_event, { value }) => {
    for (const one of choices.querySelectorAll("input")) one.checked ||= one.value === value;
  };
  deeds.merge = () => saving.merge();
}
