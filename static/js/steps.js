/**
 * Forms whose buttons change them step by step (`data-steps`): add a row, take a variable in.
 *
 * The server answers each step with the form as it is then. What is clicked or changed meanwhile
 * waits for the answer: sent at once, it would know nothing of the step, and undo it.
 */

/** @typedef {{ isClick: boolean, name: string, value: string, checked: boolean }} Held */
/** @typedef {{ step: string, held: Held[] }} UnderWay */

/** @type {Map<string, UnderWay>} The step under way, by its form's id. */
const underWay = new Map();

/**
 * Say what of that which waited is done next, and what waits on.
 *
 * Once a row is gone the rows behind it have moved up: another removal would take a wrong one.
 *
 * @param {UnderWay} done
 * @returns {{ changes: Held[], click: Held | undefined, rest: Held[] }}
 */
export function whatIsNext({ step, held }) {
  const moved = step.startsWith("del:");
  const kept = held.filter((one) => !moved || (one.isClick && !one.value.startsWith("del:")));
  const at = kept.findIndex((one) => one.isClick);
  const end = at < 0 ? kept.length : at;
  return { changes: kept.slice(0, end), click: kept[end], rest: kept.slice(end + 1) };
}

/** @param {HTMLFormElement} form @param {Held} one @returns {any} its field, or the button that was clicked */
function find(form, { isClick, name, value }) {
  const button = isClick ? `[value="${CSS.escape(value)}"]` : "";
  return form.querySelector(`[name="${CSS.escape(name)}"]${button}`);
}

/** Begin a step, or let what comes while one is under way wait. @param {Event} event */
function onWish(event) {
  const form = event.target instanceof Element && event.target.closest("form[data-steps]");
  if (!form) return;
  const isClick = event instanceof SubmitEvent;
  const from = /** @type {any} */ (isClick ? event.submitter : event.target);
  const { name = "", value = "", checked = false } = from ?? {};
  const now = underWay.get(form.id);
  if (!now && isClick) underWay.set(form.id, { step: value, held: [] });
  if (!now) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  now.held.push({ isClick, name, value, checked });
}

/** @param {CustomEvent} event */
function onEnd({ detail: { ctx } }) {
  const { id } = ctx.sourceElement;
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById(id));
  const done = underWay.get(id);
  if (!done || ctx.sourceEvent?.type !== "submit") return; // a change that the step took the place of
  underWay.delete(id);
  if (form) replay(form, done);
}

/** @param {HTMLFormElement} form @param {UnderWay} done */
function replay(form, done) {
  const { changes, click, rest } = whatIsNext(done);
  for (const one of changes) {
    const field = find(form, one);
    if (field)
      Object.assign(
        field,
        field.type === "checkbox" ? { checked: one.checked } : { value: one.value },
      );
  }
  const button = click && find(form, click);
  if (button) {
    form.requestSubmit(button);
    underWay.get(form.id)?.held.push(...rest);
  } else if (changes.length) form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Let what comes while a step is under way wait for it. */
export function startSteps() {
  document.addEventListener("submit", onWish, true);
  document.addEventListener("change", onWish, true);
  document.addEventListener("htmx:finally:request", onEnd);
}
