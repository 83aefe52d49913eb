/**
 * Marks on steps: pinned, held before, changed since a run. They hang on the node's element, apart
 * from what the scene draws in it, and are said after its name.
 * @import {DesignerPage} from "./page.js"
 * @import {RunOverlay} from "./types.js"
 */

/**
 * Gives what shows a run's marks, null for none.
 * @param {DesignerPage} page
 * @returns {(progress: RunOverlay|null) => void}
 */
export function mountTrialMarks({ deeds, editor, facts, scene, sends }) {
  /** Steps that test runs hold before. @type {Set<string>} */
  const stops = new Set();
  /** @type {Set<string>} */
  let pins = new Set(facts.pins);
  /** @type {RunOverlay|null} */
  let progress = null;
  const draw = () => {
    const button = document.querySelector("[data-deed=hold]");
    if (button) button.ariaPressed = String(stops.has(button.getAttribute("value") ?? ""));
    for (const id of Object.keys(editor.flow.steps)) {
      const words = marksOf(id, pins, stops, progress);
      const element = scene.element(id);
      if (!element || words.join(" ") === (element.dataset.marks ?? "")) continue;
      element.dataset.marks = words.join(" ");
      element.setAttribute("aria-description", words.join(", "));
    }
  };
  /** @param {any} event */
  const take = ({ detail: { called = {}, pins: now } }) => {
    for (const was in called) if (stops.delete(was)) stops.add(called[was]);
    pins = new Set(now);
    draw();
  };
  document.body.addEventListener("pins", take);
  document.addEventListener("draft:checked", take);
  document.addEventListener("htmx:after:swap", draw);
  editor.on("flow", draw);
  deeds.hold = (_event, { value: id }) => {
    if (!stops.delete(id)) stops.add(id);
    const held = stops.has(id) ? "Test runs hold before" : "Test runs no longer hold before";
    editor.say(`${held} ${editor.face(id).title}.`);
    draw();
  };
  sends.stops = (body) => {
    for (const id of stops) if (Object.hasOwn(editor.flow.steps, id)) body.append("stops", id);
  };
  draw();
  return (now) => {
    progress = now;
    draw();
  };
}

/**
 * @param {string} id
 * @param {Set<string>} pins
 * @param {Set<string>} stops
 * @param {RunOverlay|null} progress
 */
export function marksOf(id, pins, stops, progress) {
  return [
    pins.has(id) ? "pinned" : "",
    stops.has(id) ? "stop" : "",
    progress?.held.includes(id) ? "held" : "",
    progress?.changed.includes(id) ? "changed" : "",
  ].filter(Boolean);
}
