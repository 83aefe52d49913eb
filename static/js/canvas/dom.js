/** Building and finding elements without markup strings: text can never become HTML. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]  `class`, `data-…`, `aria-…`
 * @param {(Node|string)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, children = []) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @returns {SVGElement}
 */
export function makeSvg(tag, attributes = {}) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, []);
}

/**
 * @template {Element} E
 * @param {E} element @param {Record<string, string>} attributes @param {(Node|string)[]} children
 */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Draw a path, unless it is drawn so: even the same one is laid out again. @param {Element} line @param {string} d */
export const trace = (line, d) => line.getAttribute("d") === d || line.setAttribute("d", d);

/**
 * The element a page must have.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function need(selector, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page lacks ${selector}`);
  return found;
}

/** A copy of an element of the first template there. @param {string} selector @param {ParentNode} root */
export function copied(selector, root) {
  const template = /** @type {HTMLTemplateElement} */ (need("template", root));
  return /** @type {HTMLElement} */ (document.importNode(need(selector, template.content), true));
}

/**
 * Hear an event of whatever under `root` fits a selector, of what is there and what comes later.
 * @param {EventTarget} root
 * @param {string} kind
 * @param {string} selector
 * @param {(found: HTMLElement, event: any) => void} then
 */
export function hear(root, kind, selector, then) {
  root.addEventListener(kind, (event) => {
    const found = /** @type {any} */ (event.target)?.closest?.(selector);
    if (found) then(found, event);
  });
}

/** An attribute of what an event hit, or of the nearest around it. @param {Event} event @param {string} name */
export function hit(event, name) {
  return event.target instanceof Element
    ? (event.target.closest(`[${name}]`)?.getAttribute(name) ?? null)
    : null;
}

/**
 * Remove what is shown and wanted no more.
 * @template T
 * @param {Map<string, T>} shown @param {{has: (key: string) => boolean}} wanted
 * @param {(one: T) => Element} elementOf
 */
export function removeOthers(shown, wanted, elementOf) {
  for (const [key, one] of shown) {
    if (wanted.has(key)) continue;
    elementOf(one).remove();
    shown.delete(key);
  }
}

/**
 * JSON the server laid into the page as `<script type="application/json" id="…">`.
 * @param {string} id
 * @returns {any}
 */
export function island(id) {
  return JSON.parse(need(`[id="${id}"]`).textContent ?? "null");
}

/**
 * A picture from the page's icon sprite, or from another.
 * @param {string} name  in the sprite, or an address with its name behind "#"
 */
export function icon(name) {
  const svg = makeSvg("svg", { class: "icon", "aria-hidden": "true" });
  const sprite = document.documentElement.dataset.icons ?? "/static/icons.svg";
  svg.append(makeSvg("use", { href: name.includes("#") ? name : `${sprite}#${name}` }));
  return svg;
}

/**
 * Show the picture of a block, coloured like text: one of a sprite, or a file of its own, which is
 * a mask and never part of the page.
 * @param {HTMLElement} element
 * @param {string} name  in the sprite, or an address
 */
export function paintIcon(element, name) {
  if (!name.startsWith("/") || name.includes("#")) return element.append(icon(name || "puzzle"));
  element.classList.add("block-icon");
  element.style.maskImage = `url("${encodeURI(name)}")`;
}
