/**
 * Renaming a step in place: its title is written in; Enter keeps it, Escape brings the old one back.
 * @import {DesignerPage} from "./page.js"
 */

/** @param {DesignerPage} page */
export function rename(page) {
  const { editor, scene } = page;
  const id = editor.only ?? "";
  const title = scene.element(id)?.querySelector(".node__title");
  if (!(title instanceof HTMLElement)) return;
  const before = title.textContent ?? "";
  title.contentEditable = "plaintext-only";
  title.focus();
  getSelection()?.selectAllChildren(title);
  title.onblur = () => {
    title.contentEditable = "false";
    title.onblur = null;
    const name = (title.textContent ?? "").trim().slice(0, 120);
    title.textContent = before;
    if (name === before) return;
    editor.patchEach({ [id]: { title: name || undefined } }, `${before} renamed`);
  };
  title.onkeydown = (event) => {
    const { key } = event;
    event.stopPropagation();
    if (key === "Escape") title.textContent = before;
    if (key === "Escape" || key === "Enter") page.focus();
  };
}
