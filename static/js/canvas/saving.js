/**
 * Keeps the draft on the server: 800 ms after the last change, one request at a time. A draft that
 * somebody else saved meanwhile is never overwritten without being asked.
 * @import {Flow, Problem} from "./types.js"
 * @import {Editor} from "./editor.js"
 */

import { nest } from "./bodies.js";

const PAUSE_MS = 800;
const CONFLICT = 409;

/** @typedef {"saved"|"waiting"|"saving"|"conflict"|"refused"|"offline"} SaveState */

export class Saving {
  /** @type {Flow} */
  #saved;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {Promise<void>|null} */
  #underway = null;
  /** @type {SaveState} */
  state = "saved";

  /**
   * @param {Editor} editor
   * @param {{draft_url: string, csrf: string, revision: number}} where
   * @param {(state: SaveState, message: string) => void} show
   */
  constructor(editor, where, show) {
    this.editor = editor;
    this.where = where;
    this.revision = where.revision;
    this.show = show;
    this.#saved = editor.flow;
    editor.on("flow", () => this.#later());
    addEventListener("beforeunload", (event) => {
      if (this.isDirty) event.preventDefault();
    });
  }

  get isDirty() {
    return this.editor.flow !== this.#saved;
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.state === "conflict") return;
    if (!this.isDirty) {
      // Undone within the pause: what is here is what the server has.
      this.#tell("saved");
      return;
    }
    this.#tell("waiting");
    this.#timer = setTimeout(() => this.now(), PAUSE_MS);
  }

  /** @param {SaveState} state @param {string} [message] */
  #tell(state, message = "") {
    this.state = state;
    this.show(state, message);
  }

  /** Save at once what is not saved yet. @returns {Promise<boolean>} whether all is saved */
  async now() {
    clearTimeout(this.#timer);
    if (this.#underway) await this.#underway;
    if (this.isDirty && this.state !== "conflict") {
      this.#underway = this.#put();
      await this.#underway;
      this.#underway = null;
    }
    return !this.isDirty;
  }

  async #put() {
    const flow = this.editor.flow;
    this.#tell("saving");
    try {
      const answer = await fetch(this.where.draft_url, {
        method: "PUT",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": this.where.csrf,
        },
        body: JSON.stringify({ revision: this.revision, document: nest(flow) }),
      });
      await this.#take(answer, flow);
    } catch {
      this.#tell("offline", "No connection. Your changes are kept here and saved when it is back.");
      this.#timer = setTimeout(() => this.now(), PAUSE_MS * 5);
    }
  }

  /** @param {Response} answer @param {Flow} flow */
  async #take(answer, flow) {
    const body = await answer.json();
    if (answer.ok) {
      this.revision = body.revision;
      this.#saved = flow;
      this.editor.setProblems(body.problems);
      this.#tell(this.isDirty ? "waiting" : "saved");
      if (this.isDirty) this.#later();
    } else if (answer.status === CONFLICT) {
      this.#tell("conflict", "Somebody else saved this draft meanwhile.");
    } else {
      const first = body.errors?.[0]?.message ?? body.detail ?? "try again";
      this.#tell("refused", `Not saved: ${first}`);
    }
  }

  /** Leave without a question: the person chose to drop what is here. */
  forget() {
    this.#saved = this.editor.flow;
  }
}
