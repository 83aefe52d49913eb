/** Text with data in it as chips; the form sends its pieces, of which the server makes an expression. */
import { hear, make } from "../canvas/dom.js";

/** What the form sends of it. @param {HTMLElement} rich */
const boxOf = (rich) => /** @type {HTMLInputElement} */ (rich.nextElementSibling);

/** @param {HTMLElement} rich */
function write(rich) {
  const pieces = [...rich.childNodes].map((node) => {
    const { path, kind } = node instanceof HTMLElement ? node.dataset : {};
    return path ? { path, kind } : { text: node.nodeName === "BR" ? "\n" : node.textContent };
  });
  boxOf(rich).disabled = false;
  boxOf(rich).value = JSON.stringify(pieces);
}

/** @param {HTMLElement} rich */
function send(rich) {
  if (!boxOf(rich).disabled) rich.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Put data in where the caret is, else at the end. @param {HTMLElement} rich @param {{path: string, kind: string, trail: string}} datum @param {Range|null} at */
export function putIn(rich, { path, kind, trail }, at) {
  const told = { "data-path": path, "data-kind": kind };
  const chip = make("span", { class: "data-chip", contenteditable: "false", ...told }, [trail]);
  if (at && rich.contains(at.startContainer)) at.insertNode(chip);
  else rich.append(chip);
  write(rich);
  send(rich);
}

/** @param {HTMLElement} root  whose texts with data follow what is typed */
export function mountRich(root) {
  hear(root, "input", "[data-rich]", write);
  hear(root, "focusout", "[data-rich]", send);
}
