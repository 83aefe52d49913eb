/**
 * What is done to alarms from the list is done in place: the list is read anew, so that what no longer
 * fits leaves it, and the focus stays where it was. All that fit the filter are another page's work.
 */
import { refreshPanel } from "./alarm-panel.js";
import { byId, noteDeed, ticked, untickAll } from "./alarm-rows.js";
import { post } from "./posting.js";
import { toast } from "./toast.js";

const FORMS = ["alarm-choice", "panel-deed"];

/**
 * What a form lacks before it can be sent, in words; "" where nothing.
 * @param {{ verb: string, alarms: number, text: string | undefined }} said
 */
export function lacks({ verb, alarms, text }) {
  if (alarms === 0) return "Choose an alarm first: j and k walk, x ticks.";
  if (text === undefined || text.trim()) return "";
  return verb === "shelve" ? "Say why they are put aside." : "Write the comment first.";
}

/** @param {string} verb */
const textOf = (verb) => document.querySelector(`textarea[name="${verb}_text"]`);

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !FORMS.includes(form.id)) return;
  const said = new FormData(form, event.submitter);
  if (said.has("all")) return;
  event.preventDefault();
  const verb = String(said.get("verb") ?? "");
  const field = form.id === "alarm-choice" ? textOf(verb) : null;
  const text = field instanceof HTMLTextAreaElement ? field.value : undefined;
  const missing = lacks({ verb, alarms: said.getAll("alarm").length, text });
  if (missing) refuse(field, missing);
  else send(form, said, field);
}

/** @param {Element | null} field @param {string} words */
function refuse(field, words) {
  if (!(field instanceof HTMLTextAreaElement) || ticked() === 0) {
    toast(words);
    return;
  }
  field.setCustomValidity(words);
  field.reportValidity();
  const forget = () => field.setCustomValidity("");
  field.addEventListener("input", forget, { once: true });
  field.closest("dialog")?.addEventListener("close", forget, { once: true });
}

/** @param {HTMLFormElement} form @param {FormData} said @param {Element | null} field */
async function send(form, said, field) {
  if (!(await post(form.action, said))) return;
  if (field instanceof HTMLTextAreaElement) field.value = "";
}

/** Show what became of the list; the answer to a deed raises the event. */
async function onDeed() {
  const list = byId("alarm-rows");
  if (!list) return;
  const dialog = document.querySelector("dialog[open]");
  if (dialog instanceof HTMLDialogElement) dialog.close();
  untickAll();
  const address = list.getAttribute("hx-get") ?? location.href;
  await htmx.ajax("GET", address, { target: "#alarm-rows", swap: "outerMorph" });
  noteDeed();
  await refreshPanel();
}

/** Do things in place from now on. */
export function startDeeds() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("deed", onDeed);
}
