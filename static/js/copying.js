/** Copy buttons of ui/code.html: shown where the clipboard may be written. */
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

function reveal() {
  for (const button of document.querySelectorAll(".code__copy[hidden]")) {
    button.removeAttribute("hidden");
  }
}

/** Show the buttons, now and after swaps. */
export function startCopying() {
  if (!navigator.clipboard) return;
  reveal();
  document.addEventListener("htmx:after:swap", reveal);
  document.addEventListener("click", onClick);
}
