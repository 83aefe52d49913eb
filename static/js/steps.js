/**
 * Forms whose buttons change them step by step (`data-steps`): add a row, take a variable in.
 *
 * The server answers each step with the form as it is then. What is clicked or changed meanwhile waits
 * its turn (`hx-sync`), and is then sent with what the form holds by that time: as it was asked, it would
 * know nothing of the step, and undo it.
 */

/** How many rows were taken out; by what is asked, how many were gone when it was. */
let gone = 0;
/** @type {WeakMap<object, number>} */
const goneWhenAsked = new WeakMap();

/**
 * Whether a request is still meant: once a row is gone the rows behind it have moved up, another
 * removal would take a wrong one.
 * @param {string} step
 * @param {boolean} hasMoved  whether a row went since it was asked
 */
export const isMeant = (step, hasMoved) => !hasMoved || !step.startsWith("del:");

/** @param {CustomEvent} event before the request is made, which may be long after it was asked */
function onRequest(event) {
  const { ctx } = event.detail;
  const form = ctx.sourceElement;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-steps]")) return;
  const now = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  const step = ctx.request.body.get("_op") ?? "";
  if (!isMeant(step, goneWhenAsked.get(ctx) !== gone)) return event.preventDefault();
  if (step.startsWith("del:")) gone += 1;
  for (const pressed of ["_op", "_save"])
    if (ctx.request.body.has(pressed)) now.set(pressed, ctx.request.body.get(pressed));
  ctx.request.body = now;
}

if (typeof document !== "undefined") {
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    goneWhenAsked.set(ctx, gone);
  });
  document.addEventListener("htmx:before:request", onRequest);
}
