/**
 * Undo and redo over immutable documents: what is kept is references, so a step back is free.
 *
 * @template T
 */
export class History {
  /** @type {{label: string, state: T, group: string|null}[]} */
  #past = [];
  /** @type {{label: string, state: T}[]} */
  #future = [];
  #limit;

  /** @param {T} state @param {number} [limit] how many steps back are kept */
  constructor(state, limit = 200) {
    this.state = state;
    this.#limit = limit;
  }

  /**
   * Enter a change. Changes of one group in a row (typing in one field) become one step back.
   * @param {string} label  what was done, for the announcement
   * @param {T} state
   * @param {string|null} [group]
   */
  push(label, state, group = null) {
    if (state === this.state) return;
    const last = this.#past.at(-1);
    const joins = group !== null && last?.group === group && this.#future.length === 0;
    if (!joins) this.#past.push({ label, state: this.state, group });
    if (this.#past.length > this.#limit) this.#past.shift();
    this.#future = [];
    this.state = state;
  }

  /** Take in what others did. It is no step, and what was before lacks it: it can't come back. @param {T} state */
  replace(state) {
    this.state = state;
    this.#past = [];
    this.#future = [];
  }

  /** End the current group: the next change is a step of its own. */
  settle() {
    const last = this.#past.at(-1);
    if (last) last.group = null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @returns {string|null} the label of what was undone */
  undo() {
    const step = this.#past.pop();
    if (!step) return null;
    this.#future.push({ label: step.label, state: this.state });
    this.state = step.state;
    return step.label;
  }

  /** @returns {string|null} the label of what was done again */
  redo() {
    const step = this.#future.pop();
    if (!step) return null;
    this.#past.push({ label: step.label, state: this.state, group: null });
    this.state = step.state;
    return step.label;
  }
}
