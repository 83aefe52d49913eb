/**
 * Forms whose buttons change them step by step (`data-steps`): add a row, take a variable in.
 *
 * The server answers each step with the form as it is then. What is clicked or changed meanwhile
 * waits for the answer: sent at once, it would know nothing of the step, and undo it.
 */

/** @typedef {{ kind: "click", name: string, value: string } | { kind: "change", name: string, value: string, checked: boolean }} Held */
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
export function whatIsNext(done) {
  const moved = done.step.startsWith("del:");
  const kept = done.held.filter(
    (one) => !moved || (one.kind === "click" && !one.value.startsWith("del:")),
  );
  const at = kept.findIndex((one) => one.kind === "click");
  if (at < 0) return { changes: kept, click: undefined, rest: [] };
  return { changes: kept.slice(0, at), click: kept[at], rest: kept.slice(at + 1) };
}

/**
 * @param {EventTarget | null} target
 * @returns {HTMLFormElement | null}
 */
function formOf(target) {
  return target instanceof Element ? target.closest("form[data-steps]") : null;
}

/**
 * @param {HTMLFormElement} form
 * @param {Held} one
 */
function find(form, one) {
  const name = CSS.escape(one.name);
  const value = one.kind === "click" ? `[value="${CSS.escape(one.value)}"]` : "";
  return form.querySelector(`[name="${name}"]${value}`);
}

/** @param {Event} event */
function hold(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = formOf(event.target);
  const button = event.submitter;
  if (!form) return;
  const { name, value } = button instanceof HTMLButtonElement ? button : { name: "", value: "" };
  const now = underWay.get(form.id);
  if (!now) {
    underWay.set(form.id, { step: value, held: [] });
    return;
  }
  hold(event);
  now.held.push({ kind: "click", name, value });
}

/** @param {Event} event */
function onChange(event) {
  const now = underWay.get(formOf(event.target)?.id ?? "");
  const field = event.target;
  if (!now) return;
  hold(event);
  if (!(field instanceof HTMLElement) || !("name" in field && "value" in field)) return;
  const checked = field instanceof HTMLInputElement && field.checked;
  now.held.push({ kind: "change", name: `${field.name}`, value: `${field.value}`, checked });
}

/** @param {HTMLFormElement} form @param {Held} one */
function write(form, one) {
  const field = find(form, one);
  if (one.kind !== "change" || !field) return;
  if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = one.checked;
  else if ("value" in field) field.value = one.value;
}

/** @param {Event} event */
function onEnd(event) {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const id = formOf(ctx.sourceElement)?.id ?? ctx.sourceElement.id;
  const done = underWay.get(id);
  if (!done || ctx.sourceEvent?.type !== "submit") return; // a change that the step took the place of
  underWay.delete(id);
  const form = document.getElementById(id);
  if (!(form instanceof HTMLFormElement) || !done.held.length) return;
  const { changes, click, rest } = whatIsNext(done);
  for (const one of changes) write(form, one);
  const button = click ? find(form, click) : null;
  if (button instanceof HTMLElement) {
    form.requestSubmit(button);
    underWay.get(id)?.held.push(...rest);
  } else if (changes.length) form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Let what comes while a step is under way wait for it. */
export function startSteps() {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("change", onChange, true);
  document.addEventListener("htmx:finally:request", onEnd);
}
