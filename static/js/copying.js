/** Copy buttons of ui/code.html: CSS shows them where the clipboard may be written. */
import { hear } from "./canvas/dom.js";
import { toast } from "./toast.js";

/** @param {HTMLElement} button */
async function copy(button) {
  const text = button.closest("[data-copy]")?.querySelector("code")?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser refused. Select the text and copy it by hand.", "bad");
  }
}

hear(document, "click", ".code__copy", copy);
