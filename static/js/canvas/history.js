/**
 * @template T
 * @typedef {{label: string, state: T, group: string|null}} Moment  before what its label says was done
 */

/**
 * Undo and redo over immutable documents: what is kept is references, so a step back is free.
 *
 * @template T
 */
export class History {
  /** @type {Moment<T>[]} */
  #past = [];
  /** @type {Moment<T>[]} */
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

  /** Whether there is a step back, and one forward again. */
  get can() {
    return { undo: this.#past.length > 0, redo: this.#future.length > 0 };
  }

  /** @returns {string|null} the label of what was undone */
  undo() {
    return this.#travel(this.#past, this.#future);
  }

  /** @returns {string|null} the label of what was done again */
  redo() {
    return this.#travel(this.#future, this.#past);
  }

  /** @param {Moment<T>[]} from @param {Moment<T>[]} to */
  #travel(from, to) {
    const step = from.pop();
    if (!step) return null;
    to.push({ label: step.label, state: this.state, group: null });
    this.state = step.state;
    return step.label;
  }
}
