/** Text with data in it as chips: what is typed there is written into the expression behind it. */
import { make } from "../canvas/dom.js";
import { composed } from "./texts.js";

/** @param {Element} rich @returns {import("./texts.js").Piece[]} */
function piecesOf(rich) {
  return [...rich.childNodes].map((node) => {
    if (!(node instanceof HTMLElement)) return { text: node.textContent ?? "" };
    if (node.tagName === "BR") return { text: "\n" };
    return { text: node.textContent ?? "", path: node.dataset.path, kind: node.dataset.kind };
  });
}

/** @param {HTMLElement} rich */
function written(rich) {
  const box = document.getElementById(rich.dataset.rich ?? "");
  if (!(box instanceof HTMLTextAreaElement)) return;
  const text = composed(piecesOf(rich));
  if (box.value === text) return;
  box.value = text;
  box.dataset.unsent = "";
}

/** Put data in where the caret is, else at the end. @param {HTMLElement} rich @param {{path: string, kind: string, trail: string}} datum @param {Range|null} at */
export function putIn(rich, { path, kind, trail }, at) {
  const facts = {
    class: "data-chip",
    contenteditable: "false",
    "data-path": path,
    "data-kind": kind,
  };
  const chip = make("span", facts, [trail]);
  if (at && rich.contains(at.startContainer)) at.insertNode(chip);
  else rich.append(chip);
  written(rich);
  send(rich);
}

/** @param {HTMLElement} rich */
function send(rich) {
  const box = document.getElementById(rich.dataset.rich ?? "");
  if (box?.dataset.unsent === undefined) return;
  delete box.dataset.unsent;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {HTMLElement} root  whose texts with data follow what is typed */
export function mountRich(root) {
  const rich = (/** @type {Event} */ event) => {
    const found = event.target instanceof Element ? event.target.closest("[data-rich]") : null;
    return found instanceof HTMLElement ? found : null;
  };
  root.addEventListener("input", (event) => {
    const found = rich(event);
    if (found) written(found);
  });
  root.addEventListener("focusout", (event) => {
    const found = rich(event);
    if (found) send(found);
  });
}
