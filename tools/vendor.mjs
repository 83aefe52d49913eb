/**
 * Brings the third-party files the pages use into static/vendor, pinned and checked.
 *
 * `node tools/vendor.mjs` packs each package of vendor.json with npm, refuses it unless its
 * sha512 is the pinned one, copies the named files with their licence, draws static/icons.svg
 * from the Lucide icons listed, and writes static/vendor/manifest.json (sha256 and SRI of each file).
 * A page never loads anything from another origin.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VENDOR = join(ROOT, "static", "vendor");

/** The digest of some bytes, in the encoding asked for. */
function digest(bytes, algorithm, encoding) {
  return createHash(algorithm).update(bytes).digest(encoding);
}

/** Fetch one pinned package and unpack it into a folder of `work`; throws when its bytes are not the pinned ones. */
function unpack(pinned, work) {
  const spec = `${pinned.name}@${pinned.version}`;
  const answer = execFileSync("npm", ["pack", spec, "--json", "--silent", "--ignore-scripts"], {
    cwd: work,
    encoding: "utf8",
  });
  const described = Object.values(JSON.parse(answer))[0];
  const archive = join(work, described.filename);
  const found = `sha512-${digest(readFileSync(archive), "sha512", "base64")}`;
  if (found !== pinned.integrity) {
    throw new Error(`${spec} has integrity ${found}, vendor.json pins ${pinned.integrity}`);
  }
  const folder = join(work, pinned.folder);
  mkdirSync(folder);
  execFileSync("tar", ["xzf", archive, "-C", folder, "--strip-components=1"]);
  return folder;
}

/** Copy the named files of one package and describe each for the manifest. */
function copyFiles(pinned, folder) {
  const described = {};
  for (const [from, to] of Object.entries(pinned.files)) {
    const target = join(VENDOR, pinned.folder, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(folder, from), target);
    const bytes = readFileSync(target);
    described[`${pinned.folder}/${to}`] = {
      package: pinned.name,
      version: pinned.version,
      licence: pinned.licence,
      sha256: digest(bytes, "sha256", "hex"),
      integrity: `sha384-${digest(bytes, "sha384", "base64")}`,
    };
  }
  return described;
}

/** One Lucide file as a <symbol> of the sprite; strokes follow the text colour. */
function symbol(folder, name) {
  const source = readFileSync(join(folder, "icons", `${name}.svg`), "utf8");
  const shapes = source.replace(/<!--.*?-->/s, "").replace(/<\/?svg[^>]*>/gs, "");
  const drawn = shapes.replace(/\s+/g, " ").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawn}</symbol>`;
}

/** Garland's own mark: a string of three lights hung between two posts. */
const MARK =
  '<symbol id="garland" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"><path d="M2 4c2.5 9.5 17.5 9.5 20 0"/><path d="M5.6 9.3v3M12 11.1v3M18.4 9.3v3"/><g fill="currentColor" stroke="none"><circle cx="5.6" cy="14.4" r="2.4"/><circle cx="12" cy="17.2" r="3"/><circle cx="18.4" cy="14.4" r="2.4"/></g></symbol>';

/** Write the sprite: Garland's mark and the Lucide icons the pages and blocks name. */
function writeSprite(icons, folder) {
  const symbols = [MARK, ...icons.map((name) => symbol(folder, name))];
  const note = "<!-- Made by tools/vendor.mjs from Lucide (ISC, static/vendor/lucide/LICENSE). -->";
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${note}\n${symbols.join("\n")}\n</svg>\n`;
  writeFileSync(join(ROOT, "static", "icons.svg"), sprite);
}

const wanted = JSON.parse(readFileSync(join(ROOT, "tools", "vendor.json"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "garland-vendor-"));
try {
  rmSync(VENDOR, { recursive: true, force: true });
  const files = {};
  for (const pinned of wanted.packages) {
    const folder = unpack(pinned, work);
    Object.assign(files, copyFiles(pinned, folder));
    if (pinned.folder === "lucide") writeSprite(wanted.icons, folder);
  }
  writeFileSync(join(VENDOR, "manifest.json"), `${JSON.stringify({ files }, null, 2)}\n`);
  process.stdout.write(`${Object.keys(files).length} files vendored\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
