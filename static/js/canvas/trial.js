/**
 * Test runs and past runs on the canvas. The server says in #trial-bar how far a run is; what the
 * canvas paints of it comes along as JSON. Starting one saves the draft first.
 * @import {DesignerPage} from "./page.js"
 */
import { make, need } from "./dom.js";
import { mountPortValues } from "./port_values.js";
import { atStep, TrialMarks } from "./trial_marks.js";

const LOOK_MS = 2000;
const PANEL_MS = 120;

/** @param {DesignerPage} page */
export function mountTrial(page) {
  new Trial(page);
}

class Trial {
  /** @type {import("./types.js").RunOverlay|null} */
  #progress = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #later;
  #shown = "";

  /** @param {DesignerPage} page */
  constructor(page) {
    this.page = page;
    this.marks = new TrialMarks(page);
    this.panel = need("#trial-result");
    page.deeds["trial-leave"] = () => this.#leave();
    page.deeds.try = () => {
      const only = this.panel.querySelector(`[data-step="${page.editor.only}"] [name=only]`);
      if (only instanceof HTMLInputElement) only.form?.requestSubmit();
      else page.editor.say("Select a step that is saved: it can be tried alone.");
    };
    page.editor.on("selection", () => this.#look());
    document.addEventListener("htmx:after:swap", () => this.#take());
    document.body.addEventListener("pins", () => this.#look());
    document.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("submit", (event) => this.#submit(event), { capture: true });
    setInterval(() => this.#follow(), LOOK_MS);
    mountPortValues(page, () => this.#progress?.run ?? "");
    if (page.facts.run)
      this.#open(`${page.facts.flow_url}/trials/${encodeURIComponent(page.facts.run)}`);
  }

  /** @param {string} url */
  #open(url) {
    htmx.ajax("GET", url, { source: "#trial-opens", target: "#trial-bar", swap: "outerMorph" });
  }

  /** Notices may be missed: look now and then while a run goes on. */
  #follow() {
    if (this.#progress && !this.#progress.is_over)
      need("#trial-bar").dispatchEvent(new CustomEvent("trial:look"));
  }

  #leave() {
    this.#progress = null;
    need("#trial-bar").replaceWith(make("section", { id: "trial-bar", hidden: "" })); // asks no more
    this.#paint("Left the run.");
  }

  /** Take what the bar says once it came. */
  #take() {
    const island = document.querySelector("#trial-progress");
    this.marks.buttons();
    if (!island?.textContent || island.textContent === this.#shown) return;
    const before = this.#progress?.said;
    this.#shown = island.textContent;
    this.#progress = JSON.parse(island.textContent);
    this.#paint(this.#progress?.said === before ? "" : (this.#progress?.said ?? ""));
  }

  /** @param {string} words */
  #paint(words) {
    if (!this.#progress) this.#shown = "";
    this.page.element.toggleAttribute("data-run", this.#progress !== null);
    this.page.scene.showProgress(this.#progress);
    this.marks.show(this.#progress);
    if (words) this.page.editor.say(words);
    this.#look();
  }

  /** Show the selected step in the test panel, a moment later: selections follow each other. */
  #look() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      const id = this.page.editor.only;
      const isStep = id !== null && id in this.page.editor.flow.steps;
      this.panel.hidden = !isStep;
      if (!isStep) return;
      const url = atStep(this.page.facts.flow_url, id, "test", { run: this.#progress?.run ?? "" });
      htmx.ajax("GET", url, { source: "#trial-looks", target: "#test-panel", swap: "outerMorph" });
    }, PANEL_MS);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[commandfor=trial], [commandfor=runs]");
    if (opener)
      need(`#${opener.getAttribute("commandfor")}-ask`).dispatchEvent(new Event("trial:ask"));
    const run = event.target.closest("[data-run-bar]");
    if (!(run instanceof HTMLElement) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    run.closest("dialog")?.close();
    this.#open(run.dataset.runBar ?? "");
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-trial]")) return;
    if (event.submitter?.hasAttribute("formaction") || event.submitter?.hasAttribute("hx-post"))
      return;
    event.preventDefault();
    const again = { source: form, target: form, event, swap: "outerMorph" };
    if (event.submitter?.getAttribute("name") === "_op")
      return htmx.ajax("POST", form.dataset.ask ?? "", again);
    this.#start(form, event.submitter).catch((error) => this.#refuse(form, String(error.message)));
  }

  /** @param {HTMLFormElement} form @param {HTMLElement|null} submitter */
  async #start(form, submitter) {
    this.#refuse(form, "");
    const body = new FormData(form, submitter);
    if (form.querySelector("[data-latest]") && this.#progress) {
      body.set("source", "run");
      body.set("choice", this.#progress.run);
    }
    if (!(await this.page.saving.now())) throw new Error("The draft could not be saved.");
    for (const id of this.marks.stopsThere) body.append("stops", id);
    const headers = { Accept: "application/json", "X-CSRFToken": this.page.facts.csrf };
    const answer = await fetch(form.action, { method: "POST", headers, body });
    const said = await answer.json();
    if (!answer.ok)
      throw new Error(
        said.errors?.map((/** @type {any} */ one) => one.message).join("; ") || said.detail,
      );
    form.closest("dialog")?.close();
    this.page.editor.say("Test run started.");
    this.#open(said.url);
  }

  /** @param {HTMLFormElement} form @param {string} message */
  #refuse(form, message) {
    const place = form.querySelector("#trial-refusal");
    if (place) place.textContent = message;
    if (!message) return;
    this.page.editor.say(message);
    if (!place) import("../toast.js").then(({ toast }) => toast(message, "bad"));
  }
}
