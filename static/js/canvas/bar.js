/**
 * The bar over what is selected, the menu, and the + on wires: made by the server from the table of
 * deeds, put in place here. CSS shows of them what fits the selection (`data-chosen`).
 * @import {DesignerPage} from "./page.js"
 */
import { hear, hit, need } from "./dom.js";
import { bounds, toScreen } from "./geometry.js";
import { wireKey } from "./graph.js";

/** @param {DesignerPage} page */
export function mountBar(page) {
  const { deeds, editor, element, root, scene, viewport } = page;
  const bar = need("#deed-bar");
  const menu = /** @type {HTMLDetailsElement} */ (need("#deed-menu"));
  const plus = need("#wire-add");
  deeds["add-on-wire"] = (event) => {
    editor.select([], plus.dataset.of);
    deeds.add(event);
  };

  /** @param {string|null} key */
  const showPlus = (key) => {
    const wire = editor.flow.wires.find((one) => wireKey(one) === key);
    const path = wire && scene.wireLine(wire);
    plus.hidden = !path;
    if (!path) return;
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2);
    plus.dataset.of = key ?? "";
    plus.style.transform = `translate(${x}px, ${y}px)`;
  };
  const place = () => {
    const box = bounds([...editor.selection].flatMap((id) => scene.face(id)?.rect ?? []));
    const only = editor.only ? "node" : "nodes";
    element.dataset.chosen = editor.wire ? "wire" : box ? only : "";
    bar.hidden = !box || scene.frames.layer.matches(":focus-within");
    if (!box) return;
    const [x, y] = toScreen(viewport.view, [box.x + box.w / 2, box.y]);
    bar.style.left = `clamp(150px, ${Math.round(x)}px, 100% - 150px)`;
    bar.style.top = `${Math.max(Math.round(y) - 54, 8)}px`;
  };
  for (const topic of /** @type {const} */ (["selection", "flow"]))
    editor.on(topic, () => {
      place();
      showPlus(editor.wire);
    });
  viewport.onMove(place);
  document.addEventListener("focusin", place);
  root.addEventListener("pointerover", (event) => {
    const key = hit(event, "data-wire");
    if (key || (event.target !== plus && plus.dataset.of !== editor.wire))
      showPlus(key ?? editor.wire);
  });

  deeds.menu = (event) => {
    const box = (scene.element(editor.only ?? "") ?? root).getBoundingClientRect();
    const clientX = event?.clientX || box.left + 24;
    const [x, y] = viewport.local({ clientX, clientY: event?.clientY || box.top + 24 });
    menu.style.setProperty("--left", `${Math.min(x, viewport.size.w - 240)}px`);
    menu.style.setProperty("--top", `${Math.min(y, viewport.size.h / 2)}px`);
    menu.open = true;
    [...menu.querySelectorAll("button")].find((one) => one.checkVisibility())?.focus();
  };
  hear(menu, "click", "button", () => {
    menu.open = false;
  });
  need("summary", menu).addEventListener("focus", () => page.focus()); // as Escape closes it
  root.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    if (/** @type {any} */ (event).pointerType === "touch") return;
    const [id, key] = [hit(event, "data-node"), hit(event, "data-wire")];
    if (id && !editor.selection.has(id)) page.choose(id);
    if (key) editor.select([], key);
    deeds.menu(event);
  });
}
