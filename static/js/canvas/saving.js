/**
 * Keeps the draft on the server: 800 ms after the last change, one request at a time. What somebody
 * else saved meanwhile is merged, and where both changed the same, a person chooses first: nothing
 * is ever overwritten unseen.
 * @import {Flow, Problem} from "./types.js"
 * @import {Editor} from "./editor.js"
 */
import { toast } from "../toast.js";
import { askJson } from "./asking.js";
import { flatten, nest } from "./bodies.js";

const PAUSE_MS = 800;
const CONFLICT = 409;
/** What a browser still sends of a page that closes. */
const PARTING_MOST = 60_000;

/** @typedef {"saved"|"waiting"|"saving"|"conflict"|"refused"|"offline"|"signed-out"} SaveState */
/** @typedef {{revision: number, page: string, document: any}} Kept  a document and what it builds on */

/** Names this page, until it is loaded again: by it the server knows what was saved from here. */
function pageId() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");
}

export class Saving {
  /** @type {Flow} */
  #saved;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;
  /** @type {Promise<void>|null} */
  #underway = null;
  /** @type {SaveState} */
  state = "saved";
  page = pageId();
  /** What is to be merged in place of what is drawn: taken up from before. @type {Kept|null} */
  pending = null;
  /** What was pending and is in the document since. @type {Kept|null} */
  taken = null;
  /** Have a person choose what collides. @type {(html: string) => void} */
  ask = () => {};

  /**
   * @param {Editor} editor
   * @param {{draft_url: string, merge_url: string, csrf: string, revision: number}} where
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
      if (this.isDirty && !this.#goesAlong()) event.preventDefault();
    });
    addEventListener("pagehide", () => {
      if (this.isDirty && this.#goesAlong())
        this.#send("PUT", this.where.draft_url, this.current, true);
    });
    addEventListener("online", () => this.now());
  }

  get isDirty() {
    return this.editor.flow !== this.#saved;
  }

  /** @returns {Kept} */
  get current() {
    return { revision: this.revision, page: this.page, document: nest(this.editor.flow) };
  }

  /** Tell whether a page that closes can still send what is not saved. */
  #goesAlong() {
    const calm = this.state === "waiting" || this.state === "saving";
    return calm && JSON.stringify(this.current).length < PARTING_MOST;
  }

  #later() {
    clearTimeout(this.#timer);
    if (this.state === "conflict") return;
    this.#tell(this.isDirty ? "waiting" : "saved"); // undone within the pause: the server has it
    if (this.isDirty) this.#timer = setTimeout(() => this.now(), PAUSE_MS);
  }

  /** @param {SaveState} state @param {string} [message] */
  #tell(state, message = "") {
    this.state = state;
    this.show(state, message);
    if (state === "saved") document.dispatchEvent(new CustomEvent("draft:saved"));
  }

  /** Save at once what is not saved yet. @returns {Promise<boolean>} whether all is saved */
  async now() {
    clearTimeout(this.#timer);
    if (this.#underway) await this.#underway;
    if (this.isDirty && this.state !== "conflict") {
      this.#underway = this.#put().finally(() => {
        this.#underway = null;
      });
      await this.#underway;
    }
    if (!this.isDirty && this.state === "offline") this.#tell("saved");
    return !this.isDirty;
  }

  /** Save also what comes while it is saved, such as what was merged. @returns {Promise<boolean>} whether all is saved */
  async all() {
    do await this.now();
    while (this.isDirty && this.state === "waiting");
    return !this.isDirty;
  }

  /**
   * @param {string} method @param {string} url @param {object} body @param {boolean} [keepalive]
   * @returns {Promise<Response|null>} null when nothing came of it, which was said
   */
  async #send(method, url, body, keepalive = false) {
    try {
      const answer = await askJson(url, body, this.where.csrf, { method, keepalive });
      if (!answer.redirected && answer.status !== 400 && answer.status !== 401) return answer;
      this.#tell("signed-out");
    } catch {
      this.#tell("offline", "No connection. Your changes are kept here and saved when it is back.");
      this.#timer = setTimeout(() => this.now(), PAUSE_MS * 5);
    }
    return null;
  }

  async #put() {
    const flow = this.editor.flow;
    this.#tell("saving");
    const answer = await this.#send("PUT", this.where.draft_url, this.current);
    if (answer?.status === CONFLICT) return this.merge({}, this.current);
    const body = await this.#read(answer);
    if (!body) return;
    this.revision = body.revision;
    this.#saved = flow;
    document.dispatchEvent(new CustomEvent("draft:checked", { detail: body }));
    this.#later();
  }

  /** What was answered; null when nothing came of it, which was said. @param {Response|null} answer */
  async #read(answer) {
    const body = await answer?.json().catch(() => null); // a proxy's page says nothing to us
    if (answer?.ok && body) return body;
    const why = body?.errors?.[0]?.message ?? body?.detail ?? "try again";
    if (answer) this.#tell("refused", `Not saved: ${why}`);
    return null;
  }

  /** What merging would give: `document`, `html` to read, how many `collisions`. @param {Kept} kept @param {Record<string, any>} [choices] */
  async compare(kept, choices = {}) {
    return this.#read(await this.#send("POST", this.where.merge_url, { ...kept, choices }));
  }

  /** Save what is drawn before what is pending takes its place; what can't be saved now stays, and the pending waits. */
  async #settle() {
    if (this.isDirty) this.state = "waiting";
    if (!(await this.all())) this.pending = null;
    return !this.isDirty;
  }

  /** Put together what is here and what was saved meanwhile. @param {Record<string, any>} [choices] @param {Kept} [kept] @returns {Promise<void>} */
  async merge(choices, kept = this.pending ?? this.current) {
    if (kept === this.pending && !(await this.#settle())) return;
    const flow = this.editor.flow;
    const found = await this.compare(kept, choices);
    const isPending = kept === this.pending;
    if (found && this.editor.flow !== flow) {
      return this.merge(choices, isPending ? kept : this.current); // more was drawn meanwhile
    }
    if (!found?.collisions) return this.#enter(found, isPending);
    if (!isPending) this.pending = null; // what is drawn is asked about first
    this.#tell("conflict");
    this.ask(found.html);
  }

  /** @param {any} found  null where it could not be merged: what is pending stays offered @param {boolean} isPending */
  #enter(found, isPending) {
    const isOwn = isPending || this.isDirty;
    if (isPending && found) this.taken = this.pending;
    if (isPending) this.pending = null;
    if (!found) return;
    this.revision = found.revision;
    this.state = "waiting";
    if (isOwn) this.editor.change("Changes merged", flatten(found.document));
    else this.editor.replace(flatten(found.document));
    if (found.told) toast(found.told);
  }

  /** Somebody saved a revision: take it in where nothing of one's own is on its way. @param {number} revision */
  follow(revision) {
    if (revision > this.revision && this.state === "saved" && !this.pending) this.merge();
  }

  /** Leave without a question: the person chose to drop what is here. */
  forget() {
    this.#saved = this.editor.flow;
  }
}
