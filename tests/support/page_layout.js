/* What a page loses when there is little room, and what a finger cannot hit. Evaluated in a page by the journeys. */
window.garlandLayout = (() => {
  const HIDDEN_BOX = 2;
  const root = document.documentElement;

  /** @param {Element} one */
  function name(one) {
    const text = (one.getAttribute("aria-label") || one.textContent || "").trim().replace(/\s+/g, " ");
    const id = one.id ? `#${one.id}` : "";
    const classes = typeof one.className === "string" ? one.className.split(" ").slice(0, 2) : [];
    return `${one.localName}${id}.${classes.join(".")} "${text.slice(0, 40)}"`;
  }

  /** @param {Element} one */
  function isSeen(one) {
    if (!one.checkVisibility({ opacityProperty: false, visibilityProperty: true })) return false;
    const box = one.getBoundingClientRect();
    return box.width > HIDDEN_BOX && box.height > HIDDEN_BOX && !one.closest(".visually-hidden, .skip-link, .table--cards thead");
  }

  /** A box of its own that scrolls, such as that of a table or the canvas. @param {Element} one */
  function inBox(one) {
    for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  }

  function sideways() {
    const most = root.clientWidth;
    if (root.scrollWidth <= most) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(
      (one) => isSeen(one) && one.getBoundingClientRect().right > most + 1 && !inBox(one),
    );
    return [`${root.scrollWidth} > ${most}: ${wide.slice(0, 3).map(name).join("; ")}`];
  }

  /** Words of a control, a heading or a label that are cut off with no way to read them. */
  function cut() {
    const all = document.querySelectorAll("button, .button, h1, h2, h3, h4, label, summary, legend, th, .pill, .tab");
    return [...all].filter((one) => isSeen(one) && isCut(one)).map(name);
  }

  /** @param {Element} one */
  function isCut(one) {
    if (!one.textContent?.trim() || one.closest("[title]")) return false;
    const style = getComputedStyle(one);
    const wide = one.scrollWidth > one.clientWidth + 1 && /hidden|clip/.test(style.overflowX);
    const high = one.scrollHeight > one.clientHeight + 2 && /hidden|clip/.test(style.overflowY);
    return (wide || high) && style.display !== "inline";
  }

  const TOUCHED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=option], [role=menuitem], [data-port]";

  /** What is smaller than a fingertip; a link in the middle of a sentence may be. @param {string} within */
  function small(within) {
    const found = [];
    for (const one of document.querySelectorAll(`:is(${within}) :is(${TOUCHED})`)) {
      if (one.matches(":disabled") || !isSeen(one) || isInText(one)) continue;
      const [across, down] = reach(one);
      if (across < 44 || down < 44) found.push(`${name(one)} ${across}x${down}`);
    }
    return found;
  }

  /** @param {Element} one */
  function isInText(one) {
    if (!one.matches("a") || getComputedStyle(one).display !== "inline") return false;
    const parent = one.parentElement;
    const rest = [...(parent?.childNodes || [])].some((node) => node.nodeType === 3 && (node.textContent || "").trim().length > 1);
    return rest && parent?.matches("p, dd, li, td, span, label, summary, div, small") === true;
  }

  /** How far across and down a finger may land and still hit it. @param {Element} one */
  function reach(one) {
    const label = /** @type {HTMLInputElement} */ (one).labels?.[0];
    one.scrollIntoView({ block: "center", inline: "center" });
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hits = (/** @type {number} */ dx, /** @type {number} */ dy) => {
      const hit = document.elementFromPoint(x + dx, y + dy);
      return Boolean(hit && (one.contains(hit) || label?.contains(hit) || hit.closest("label") === label && label));
    };
    const walk = (/** @type {number} */ dx, /** @type {number} */ dy) => {
      let far = 0;
      while (far < 60 && hits(dx * far, dy * far)) far += 1;
      return far;
    };
    const across = Math.max(Math.round(box.width), walk(1, 0) + walk(-1, 0));
    const down = Math.max(Math.round(box.height), walk(0, 1) + walk(0, -1));
    return [across, down];
  }

  return { sideways, cut, small };
})();
