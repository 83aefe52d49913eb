/** The designer's page: puts its parts together. */
import { mountAdding } from "./adding.js";
import { mountDrawing } from "./drawing.js";
import { mountName } from "./flow_name.js";
import { mountHandling } from "./handling.js";
import { mountKeeping } from "./keeping.js";
import { DesignerPage } from "./page.js";
import { mountProblems } from "./problems.js";
import { mountPublishing } from "./publishing.js";
import { mountRenaming } from "./renaming.js";
import { mountTogether } from "./together.js";
import { mountTrial } from "./trial.js";

const page = new DesignerPage();
mountDrawing(page);
mountAdding(page);
mountHandling(page);
mountName(page);
mountPublishing(page);
mountTrial(page);
mountTogether(page);
mountRenaming(page);
mountKeeping(page);
mountProblems(page);
page.fit();
