/** The designer's page: puts its parts together. */
import { mountAdding } from "./adding.js";
import { mountDrawing } from "./drawing.js";
import { mountName } from "./flow_name.js";
import { mountHandling } from "./handling.js";
import { mountKeys } from "./keys.js";
import { mountModelling } from "./modelling.js";
import { mountOpening } from "./opening.js";
import { mountOutline } from "./outline.js";
import { DesignerPage } from "./page.js";
import { mountPublishing } from "./publishing.js";
import { mountProblems } from "./status.js";
import { mountTrial } from "./trial.js";

const page = new DesignerPage();
mountDrawing(page);
mountAdding(page);
mountHandling(page);
mountModelling(page);
mountOpening(page);
mountOutline(page);
mountName(page);
mountPublishing(page);
mountTrial(page);
mountProblems(page.editor, (id) => page.show(id));
page.editor.setProblems(page.facts.problems);
mountKeys(page);
page.fit();
