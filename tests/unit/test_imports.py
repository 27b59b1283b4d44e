"""Data flows down one list of modules: a module imports only from those before it, and nothing heavy at its top."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "mtsum"
# From the bottom up; a line holds modules that stand on one level and may not import each other, save inside one package.
LEVELS = (
    ("errors",),
    ("languages",),
    ("documents",),
    ("formats", "segmentation"),
    ("language_identification",),
    ("reading",),
    ("registry",),
    ("hub",),
    ("engines",),
    ("batching",),
    ("checks",),
    ("splitting", "memory", "stand_ins"),
    ("translation",),
    ("summarization",),
    ("records",),
    ("loading",),
    ("api",),
    ("corpus",),
    ("evaluation",),
    ("cli",),
    ("__main__",),
)
# What stands beside the list: training makes models and may use all below the command line, nothing imports it.
ASIDE = {"training", "__init__"}
HEAVY = {"torch", "transformers", "ctranslate2", "ray", "rich", "datasets", "pandas", "trafilatura", "huggingface_hub"}
HEAVY |= {"sacrebleu", "rouge_score", "evaluate", "matplotlib"}

RANK = {name: rank for rank, names in enumerate(LEVELS) for name in names}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    """The dotted names that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{name.name}" for name in node.names} if node.module == "mtsum" else {node.module}
    return found


def test_every_module_has_its_place_in_the_list() -> None:
    assert {part_of(path) for path in modules()} - ASIDE <= set(RANK)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_only_to_earlier_modules(path: Path) -> None:
    own = part_of(path)
    if own in ASIDE:
        return
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        parts = name.split(".")
        if parts[0] != "mtsum" or len(parts) == 1 or parts[1] in (own, "__version__"):
            continue
        assert parts[1] not in ASIDE, f"{path.name} imports {name}"
        assert RANK[parts[1]] < RANK[own], f"{path.name} imports {name}, which stands later in the list"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions(path: Path) -> None:
    if part_of(path) == "training":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # An engine's own module is itself imported only inside a function, so it may import its library at the top.
    at_top = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
    heavy = {name.split(".")[0] for name in imported(at_top)} & HEAVY
    if part_of(path) == "engines":
        return
    assert not heavy, f"{path.name} imports {', '.join(heavy)} at its top"


def modules_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {line.split(".")[0] for line in done.stdout.splitlines()}


def test_importing_mtsum_loads_nothing_heavy() -> None:
    assert not modules_after("import mtsum; mtsum.__version__") & (HEAVY | {"numpy", "click"})


def test_help_loads_nothing_heavy() -> None:
    code = "from mtsum.cli.main import cli\ntry:\n    cli(['--help'])\nexcept SystemExit:\n    pass"
    assert not modules_after(code) & (HEAVY | {"numpy", "pycld2", "tokenizers"})


def test_the_commands_own_modules_load_nothing_heavy() -> None:
    code = "import mtsum.cli.translate, mtsum.cli.summarize, mtsum.cli.doctor, mtsum.cli.completion"
    assert not modules_after(code) & (HEAVY | {"tokenizers"})
