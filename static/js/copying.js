/** Copy buttons of ui/code.html: CSS shows them where the clipboard may be written. */
import { toast } from "./toast.js";

/** @param {MouseEvent} event */
async function onClick(event) {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest(".code__copy");
  if (!button) return;
  const text = button.closest("[data-copy]")?.querySelector("code")?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser refused. Select the text and copy it by hand.", "bad");
  }
}

/** Copy wherever a button says so. */
export function startCopying() {
  document.addEventListener("click", onClick);
}
