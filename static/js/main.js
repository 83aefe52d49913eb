/** What every page has; each starts by itself. A page's own modules are loaded by its template. */
import "./copying.js";
import "./instants.js";
import "./live.js";
import "./menu.js";
import "./shortcuts.js";
import "./signing_out.js";
import "./steps.js";
import "./table.js";
import "./theme.js";
import "./toast.js";
