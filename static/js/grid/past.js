/** What a form held, step by step: values by name, so that a step back is a comparison away. Pure. */

/** @typedef {Record<string, string>} Values */

const STEPS_MAX = 100;

export class Past {
  /** @type {Values[]} */
  #before = [];
  /** @type {Values[]} */
  #after = [];

  /** @param {Values} values what the form holds now */
  constructor(values) {
    this.now = values;
  }

  /**
   * Enter what the form holds now; nothing where nothing changed.
   * @param {Values} values
   */
  enter(values) {
    if (isSame(values, this.now)) return;
    this.#before.push(this.now);
    if (this.#before.length > STEPS_MAX) this.#before.shift();
    this.#after = [];
    this.now = values;
  }

  get canUndo() {
    return this.#before.length > 0;
  }

  get canRedo() {
    return this.#after.length > 0;
  }

  /** @returns {Values | null} what the form held before */
  undo() {
    const values = this.#before.pop();
    if (!values) return null;
    this.#after.push(this.now);
    this.now = values;
    return values;
  }

  /** @returns {Values | null} what was undone last */
  redo() {
    const values = this.#after.pop();
    if (!values) return null;
    this.#before.push(this.now);
    this.now = values;
    return values;
  }
}

/**
 * Tell whether two forms have the same fields, whatever is in them.
 * @param {Values} one
 * @param {Values} other
 */
export function sameFields(one, other) {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other);
}

/** @param {Values} one @param {Values} other */
function isSame(one, other) {
  return sameFields(one, other) && Object.keys(one).every((name) => one[name] === other[name]);
}
