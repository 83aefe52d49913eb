/** Starts what every page has. A page's own modules are loaded by its template. */
import { startCopying } from "./copying.js";
import { startInstants } from "./instants.js";
import { startLive } from "./live.js";
import { startMenus } from "./menu.js";
import { startShortcuts } from "./shortcuts.js";
import { startSigningOut } from "./signing_out.js";
import { startSteps } from "./steps.js";
import { startTables } from "./table.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toast.js";

startTheme();
startLive();
startToasts();
startMenus();
startInstants();
startCopying();
startShortcuts();
startTables();
startSteps();
startSigningOut();
