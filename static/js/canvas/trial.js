/**
 * A test run: started from its dialog on the saved draft, then followed until it ends, its path
 * lighting up on the canvas; the selected step shows what went in and came out.
 * @import {Progress} from "./types.js"
 * @import {Editor} from "./editor.js"
 * @import {Scene} from "./scene.js"
 */
import { make, need } from "./dom.js";
import { durationWords, STATE_WORDS } from "./node_face.js";

const PAUSE_MS = 400;

/** @param {import("./page.js").DesignerPage} page */
export function mountTrial({ editor, facts, saving, scene }) {
  const form = document.querySelector("#trial form");
  if (form instanceof HTMLFormElement)
    new Trial(form, { editor, scene, saveNow: () => saving.now() }, facts);
}

class Trial {
  /** @type {Progress|null} */
  #progress = null;
  #turn = 0;

  /**
   * @param {HTMLFormElement} form
   * @param {{editor: Editor, scene: Scene, saveNow: () => Promise<boolean>}} parts
   * @param {{alarms: object[], trial_url: string, csrf: string}} facts
   */
  constructor(form, { editor, scene, saveNow }, facts) {
    this.form = form;
    this.editor = editor;
    this.scene = scene;
    this.saveNow = saveNow;
    this.facts = facts;
    this.panel = need("#trial-result");
    this.text = /** @type {HTMLTextAreaElement} */ (need("[name=alarm]", form));
    const choice = /** @type {HTMLSelectElement} */ (need("select", form));
    const fill = () => {
      this.text.value = JSON.stringify(facts.alarms[Number(choice.value)], null, 2);
    };
    choice.addEventListener("change", fill);
    fill();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start();
    });
    editor.on("selection", () => this.#draw());
  }

  async #start() {
    this.#refuse("");
    try {
      if (!(await this.saveNow())) throw new Error("The draft could not be saved.");
      const answer = await fetch(this.facts.trial_url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": this.facts.csrf,
        },
        body: JSON.stringify({
          alarm: JSON.parse(this.text.value),
          allow_effects: new FormData(this.form).has("allow_effects"),
        }),
      });
      const body = await answer.json();
      if (!answer.ok) throw new Error(body.errors?.[0]?.message ?? body.detail);
      this.form.closest("dialog")?.close();
      this.editor.say("Test run started.");
      this.#turn += 1;
      await this.#follow(body.url, this.#turn);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {string} message */
  #refuse(message) {
    const place = need("#trial-refusal", this.form);
    place.textContent = message;
    if (message) this.editor.say(message);
  }

  /** @param {string} url @param {number} turn a newer test run ends this one's following */
  async #follow(url, turn) {
    while (turn === this.#turn) {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error("The test run can't be followed; see it under Runs.");
      const progress = await answer.json();
      this.#progress = progress;
      this.scene.showProgress(progress);
      this.#draw();
      if (progress.is_over) {
        const reason = progress.error ? ` ${progress.error.message}` : "";
        this.editor.say(`Test run ${progress.state}.${reason}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #draw() {
    const id = this.editor.only;
    const step = id ? this.#progress?.steps[id] : null;
    this.panel.hidden = !step;
    if (!step) return;
    const word = STATE_WORDS[step.status] ?? step.status;
    const parts = [
      make("summary", {}, [`Test run: ${word} ${durationWords(step.duration_ms)}`]),
      ...part("Error", step.error),
      ...part("Input", step.input),
      ...part("Output", step.output),
    ];
    this.panel.replaceChildren(...parts);
  }
}

/** @param {string} title @param {unknown} value */
function part(title, value) {
  if (value === null || value === undefined) return [];
  return [
    make("h3", {}, [title]),
    make("pre", { tabindex: "0" }, [JSON.stringify(value, null, 2)]),
  ];
}
