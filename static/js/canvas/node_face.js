/**
 * The HTML of one node. Status badges and problem marks float outside the flow of the card, so that a
 * run never moves a port.
 * @import {Face, Port, Problem, StepProgress} from "./types.js"
 */
import { icon, make, paintIcon } from "./dom.js";

/** @param {string} id */
export function nodeElement(id) {
  const look = { role: "option", tabindex: "-1", "data-node": id, id: `node-${id}` };
  return make("div", look);
}

/** How the box of a node looks, whatever is in it. @param {HTMLElement} element @param {Face} face */
export function dressNode(element, face) {
  element.className = `node node--${face.sort}`;
  element.classList.toggle("node--missing", face.missing);
  element.classList.toggle("node--off", face.off === true);
}

/**
 * Fill a node's element; called when what it shows changed.
 * @param {HTMLElement} element
 * @param {Face} face
 */
export function fillNode(element, face) {
  const picture = make("span", { class: "node__icon" });
  paintIcon(picture, face.icon);
  const names = [
    make("div", { class: "node__title", dir: "auto" }, [face.title]), // cut at its end, in any script
    make("div", { class: "node__subtitle", dir: "auto" }, [face.subtitle]),
  ];
  const head = make("div", { class: "node__head" }, [
    make("span", { class: "node__badge" }, [picture]),
    make("div", { class: "node__names" }, names),
  ]);
  if (face.off) head.append(make("span", { class: "node__off" }, ["Off"]));
  element.replaceChildren(head, ...face.ports.map(portElement));
  if (face.sort === "step")
    element.append(make("span", { class: "port port--in", "data-in": face.id }));
}

/** @param {Port} port */
function portElement({ name, title, tone, kind = "nothing" }) {
  const look = { class: `port port--out port--${tone}`, "data-port": name, "data-kind": kind };
  const children = [make("span", { class: "node__port-name" }, [title]), make("span", look)];
  return make("div", { class: `node__port node__port--${tone}` }, children);
}

/**
 * Show how a run went through this node.
 * @param {HTMLElement} element
 * @param {StepProgress|undefined} progress
 */
export function markProgress(element, progress) {
  element.querySelector(".node__status")?.remove();
  delete element.dataset.status;
  if (!progress?.status) return;
  element.dataset.status = progress.status;
  element.append(make("span", { class: "node__status" }, [progress.text]));
}

/** @param {HTMLElement} element @param {Problem[]} problems */
export function markProblems(element, problems) {
  element.querySelector(".node__problem")?.remove();
  if (problems.length === 0) return;
  const severity = problems.some((one) => one.severity === "error") ? "error" : "warning";
  const title = problems.map((one) => one.message).join("\n");
  const look = { class: `node__problem node__problem--${severity}`, title, "aria-hidden": "true" };
  element.append(make("span", look, [icon("triangle-alert")])); // sayNode says it
}

/** @param {Problem[]} problems */
export function problemWords(problems) {
  if (problems.length === 0) return "";
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return `${count}: ${problems.map((one) => one.message).join(" ")}`;
}

/**
 * Say to a screen reader, after what the node shows: where it stands and leads, its state, what is
 * wrong. As hidden words rather than a label, which would have to repeat everything on the card; the
 * outline shows them.
 * @param {HTMLElement} element
 * @param {string} words
 */
export function sayNode(element, words) {
  const known = element.querySelector(".node__said");
  const place = known ?? make("span", { class: "node__said visually-hidden" });
  if (!known) element.append(place);
  if (place.textContent !== words) place.textContent = words;
}

/** What is drawn of a face, to be compared. @param {Face} face */
export const lookOf = (face) =>
  JSON.stringify(face, ["title", "subtitle", "icon", "missing", "off", "ports", "name", "tone"]);
