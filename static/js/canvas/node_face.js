/**
 * The HTML of one node. Status badges and problem marks float outside the flow of the card, so that a
 * run never moves a port.
 * @import {Face, Port, StepProgress} from "./types.js"
 */
import { icon, make, paintIcon } from "./dom.js";

/** Words a person reads for a step's state. @type {Record<string, string>} */
export const STATE_WORDS = {
  ready: "Queued",
  running: "Running",
  waiting: "Waiting",
  done: "Done",
  failed: "Failed",
  dead: "Skipped",
  passed_over: "Passed over",
};

/**
 * @param {number|null|undefined} ms
 * @returns {string}
 */
export function durationWords(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < 1) return "<1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** @param {string} id */
export function nodeElement(id) {
  return make("div", {
    class: "node",
    role: "option",
    tabindex: "-1",
    "data-node": id,
    id: `node-${id}`,
  });
}

/**
 * Fill a node's element; called when what it shows changed.
 * @param {HTMLElement} element
 * @param {Face} face
 */
export function fillNode(element, face) {
  const picture = make("span", { class: "node__icon" });
  if (face.icon.startsWith("/")) {
    picture.classList.add("block-icon");
    paintIcon(picture, face.icon);
  } else picture.append(icon(face.icon || "puzzle"));
  const head = make("div", { class: "node__head" }, [
    make("span", { class: "node__badge" }, [picture]),
    make("div", { class: "node__names" }, [
      make("div", { class: "node__title" }, [face.title]),
      make("div", { class: "node__subtitle" }, [face.subtitle]),
    ]),
  ]);
  const ports = face.ports.map((port) => portElement(port));
  const look = `${face.missing ? " node--missing" : ""}${face.off ? " node--off" : ""}`;
  element.className = `node node--${face.sort}${look}`;
  if (face.off) head.append(make("span", { class: "node__off" }, ["Off"]));
  element.replaceChildren(head, ...ports);
  if (face.sort === "step")
    element.append(make("span", { class: "port port--in", "data-in": face.id }));
}

/** @param {Port} port */
function portElement(port) {
  return make("div", { class: `node__port node__port--${port.tone}` }, [
    make("span", { class: "node__port-name" }, [port.title]),
    make("span", {
      class: `port port--out port--${port.tone}`,
      "data-port": port.name,
      "data-kind": port.kind ?? "nothing",
    }),
  ]);
}

/**
 * Show how a run went through this node.
 * @param {HTMLElement} element
 * @param {StepProgress|null} progress
 */
export function markProgress(element, progress) {
  element.querySelector(".node__status")?.remove();
  if (!progress || progress.status === "idle") {
    delete element.dataset.status;
    return;
  }
  element.dataset.status = progress.status;
  element.append(make("span", { class: "node__status" }, [statusWords(progress)]));
}

/**
 * What the badge of a node says: how long it took, which state it is in, or how its rounds went.
 * @param {StepProgress} progress
 * @returns {string}
 */
export function statusWords(progress) {
  if (progress.text) return progress.text;
  const time = durationWords(progress.duration_ms);
  const word = STATE_WORDS[progress.status] ?? progress.status;
  const tries = (progress.attempt ?? 1) > 1 ? ` · try ${progress.attempt}` : "";
  return `${progress.status === "done" && time ? time : word}${tries}`;
}

/**
 * @param {HTMLElement} element
 * @param {"error"|"warning"|null} severity
 * @param {string} text
 */
export function markProblem(element, severity, text) {
  element.querySelector(".node__problem")?.remove();
  if (!severity) return;
  element.append(
    make("span", { class: `node__problem node__problem--${severity}`, title: text }, [
      icon("triangle-alert"),
    ]),
  );
}

/**
 * Say to a screen reader, after what the node shows: where it stands and leads, its state, what is
 * wrong. As hidden words rather than a label, which would have to repeat everything on the card; the
 * outline shows them.
 * @param {HTMLElement} element
 * @param {string[]} where  its loop, and what it comes after
 * @param {string[]} onward  titles of what it leads to
 * @param {{progress: StepProgress|null, problems: string[]}} state
 */
export function sayNode(element, where, onward, { progress, problems }) {
  const parts = [...where, onward.length ? `leads to ${onward.join(", ")}` : "leads nowhere"];
  if (progress) parts.push(progress.text ?? STATE_WORDS[progress.status] ?? progress.status);
  if (problems.length)
    parts.push(
      `${problems.length === 1 ? "a problem" : `${problems.length} problems`}: ${problems.join(" ")}`,
    );
  const words = parts.join(", ");
  let place = element.querySelector(".node__said");
  if (!place) {
    place = make("span", { class: "node__said visually-hidden" });
    element.append(place);
  }
  if (place.textContent !== words) place.textContent = words;
}

/** Whether two faces are drawn alike. @param {Face} a @param {Face} b */
export function sameLook(a, b) {
  const look = (/** @type {Face} */ face) =>
    JSON.stringify([
      face.title,
      face.subtitle,
      face.icon,
      face.missing,
      face.off,
      face.ports.map((p) => [p.name, p.title, p.tone]),
    ]);
  return look(a) === look(b);
}
