/** Steps as a run's addresses name them. Pure. */

/**
 * The id of a step in its workflow: of `each[3].call` it is `call`, and an undo stands for its step.
 * @param {string} path
 */
export function stepIdOf(path) {
  return path.slice(path.lastIndexOf(".") + 1).replace(/~undo$/, "");
}

/**
 * The address that shows a step, made from one that has STEP where the step's id belongs.
 * @param {string} pattern
 * @param {string} id
 */
export function stepAddress(pattern, id) {
  return pattern.replace("step=STEP", `step=${encodeURIComponent(id)}`);
}
