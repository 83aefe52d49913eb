/**
 * Single-key shortcuts that lead to a control: data-key="/" on an input or link. Never while one types,
 * and never with Ctrl, Alt or Meta held.
 */

/**
 * Tell whether a key pressed on this element is text for it.
 * @param {{ tagName?: string, isContentEditable?: boolean, type?: string } | null} target
 */
export function takesText(target) {
  if (!target) return false;
  if (target.isContentEditable) return true;
  if (target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type ?? "");
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (takesText(/** @type {any} */ (event.target)) || document.querySelector("dialog[open]"))
    return;
  const marked = `[data-key="${CSS.escape(event.key)}"]`;
  // What the page itself has for the key comes before the top bar's.
  const goal = document.querySelector(`#content ${marked}`) ?? document.querySelector(marked);
  if (!(goal instanceof HTMLElement)) return;
  event.preventDefault();
  if (goal instanceof HTMLInputElement) goal.focus();
  else goal.click();
}

/** Listen on the whole page. */
export function startShortcuts() {
  document.addEventListener("keydown", onKey);
}
