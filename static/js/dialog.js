/**
 * Dialogs: the invoker commands (command="show-modal", commandfor) for browsers without them,
 * and a click on the backdrop closes.
 */

/**
 * The dialog a click commands, and what to do with it; null when the click is none of ours.
 * @param {EventTarget | null} target
 * @returns {{ dialog: HTMLDialogElement, command: string } | null}
 */
function commanded(target) {
  if (!(target instanceof Element)) return null;
  const button = target.closest("button[commandfor]");
  const dialog = document.getElementById(button?.getAttribute("commandfor") ?? "");
  if (!button || !(dialog instanceof HTMLDialogElement)) return null;
  return { dialog, command: button.getAttribute("command") ?? "" };
}

/** @param {MouseEvent} event */
function obey(event) {
  const found = commanded(event.target);
  if (!found) return;
  if (found.command === "show-modal" && !found.dialog.open) found.dialog.showModal();
  if (found.command === "close") found.dialog.close();
}

/** @param {MouseEvent} event */
function closeFromBackdrop(event) {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !dialog.open) return;
  const box = dialog.getBoundingClientRect();
  const inside =
    event.clientX >= box.left &&
    event.clientX <= box.right &&
    event.clientY >= box.top &&
    event.clientY <= box.bottom;
  if (!inside) dialog.close();
}

/** Make dialogs work in the whole page, also in parts that come later. */
export function startDialogs() {
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", obey);
  }
  document.addEventListener("mousedown", closeFromBackdrop);
}
