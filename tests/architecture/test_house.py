"""The shape of the house: sizes, places and names that no linter knows."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("garland", "designer", "marketplace", "runtime", "blocks", "tenancy", "kernel")
CODE = (*PACKAGES, "tests", "tools", "benchmarks")

MODULE_LINES = 400
TEMPLATE_LINES = 120
SCRIPT_LINES = 300


def files(pattern: str, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob(pattern))


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def too_long(found: Iterator[Path], limit: int) -> dict[str, int]:
    sizes = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in found}
    return {file: lines for file, lines in sizes.items() if lines > limit}


def links_of(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    shown = re.compile(
        r"^```.*?^```$", re.MULTILINE | re.DOTALL
    )  # links of what is shown lead elsewhere
    found = re.findall(r"\]\(([^)\s]+)\)", shown.sub("", text))
    return [link for link in found if "://" not in link]


def leads_on(page: str, link: str, tracked: list[str]) -> bool:
    """Tell whether a link names a file that is handed on, and a heading that stands in it."""
    file, _, heading = link.partition("#")
    target = os.path.normpath(Path(page).parent / file) if file else page
    text = (ROOT / target).read_text(encoding="utf-8") if heading else ""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    return target in tracked and (not heading or heading in slugs)


def test_imports_keep_the_contracts() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    assert too_long(files("*.py", *CODE), MODULE_LINES) == {}


def test_no_template_is_longer_than_a_reader_can_hold() -> None:
    assert too_long(files("*.html", "templates"), TEMPLATE_LINES) == {}


def test_no_script_is_longer_than_a_reader_can_hold() -> None:
    assert too_long(files("*.js", "static/js"), SCRIPT_LINES) == {}


def test_flask_is_known_at_the_edge_only() -> None:
    inner = [file for file in files("*.py", *PACKAGES) if not name(file).startswith("garland/")]
    knowing = {
        name(file)
        for file in inner
        if any(module.split(".")[0] == "flask" for module in imports_of(file))
    }

    edge = {each for each in knowing if Path(each).name in {"views.py", "api.py"}}
    assert knowing - edge <= {
        "kernel/http.py",
        "kernel/http_located.py",
        "kernel/http_tags.py",
        "kernel/http_tmf630.py",
    }


def test_every_table_is_in_the_metadata() -> None:
    imported = imports_of(ROOT / "garland" / "tables.py")

    missing = [
        name(file)
        for file in files("_tables.py", *PACKAGES)
        if name(file).removesuffix(".py").replace("/", ".") not in imported
    ]
    assert missing == []


def test_every_folder_that_holds_code_is_on_the_map() -> None:
    the_map = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    tracked = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    folders = {file.split("/")[0] for file in tracked if "/" in file and file[0] != "."}

    assert {folder for folder in folders if f"`{folder}/" not in the_map} == set()


def test_the_map_names_only_what_is_there() -> None:
    the_map = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.*?) \|", the_map, re.MULTILINE)
    named = [folder for row in rows for folder in re.findall(r"`([a-z_/]+/)`", row)]

    assert [folder for folder in named if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/operate/run.md"])
def test_the_commands_that_a_page_names_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake ([a-z-]+)", text)) - {"it"}
    commands = set(re.findall(r"\bgarland (up|web|[a-z]+(?= (?:upgrade|create))|doctor)\b", text))

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = subprocess.check_output([sys.executable, "-m", "garland", "--help"], text=True)
    assert {target for target in targets if f"\n{target}:" not in makefile} == set()
    assert {command for command in commands if f"\n  {command} " not in known} == set()


def test_every_link_of_a_page_leads_to_a_part_of_the_project() -> None:
    tracked = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    pages = [file for file in tracked if file.endswith(".md") and file != "CHANGELOG.md"]
    links = [(page, link) for page in pages for link in links_of(ROOT / page)]

    assert links
    assert [(page, link) for page, link in links if not leads_on(page, link, tracked)] == []


def test_every_setting_is_explained() -> None:
    from garland.settings import Settings

    page = (ROOT / "docs" / "operate" / "settings.md").read_text(encoding="utf-8")
    wanted = {f"GARLAND_{field.upper()}" for field in Settings.model_fields}

    assert {setting for setting in wanted if f"`{setting}`" not in page} == set()


def test_slow_tests_lie_in_the_folders_that_are_run_for_them() -> None:
    marks = re.compile(r"pytest\.mark\.(journey|fault)\b")
    marked = {
        file.parent.name
        for file in files("test_*.py", "tests")
        if marks.search(file.read_text(encoding="utf-8"))
    }

    assert marked == {"journeys", "faults"}
