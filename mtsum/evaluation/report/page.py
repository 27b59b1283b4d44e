"""``report.html``: one file that opens offline and asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import Any

from mtsum.evaluation.report.contents import Contents, contents
from mtsum.evaluation.report.findings import pieces
from mtsum.evaluation.report.plots import AREA, HEIGHT, WIDTH, plots
from mtsum.evaluation.report.results import Results
from mtsum.evaluation.report.scale import keys
from mtsum.evaluation.report.score_tables import MARKS
from mtsum.evaluation.report.segments import browser_data, script_safe

# Systems beyond this many share colours; their letters and names still tell them apart.
COLOURS = 8


def page(results: Results) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("mtsum.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = [system.name for system in results.systems]
    environment.filters |= {"parts": parts, "pieces": pieces, "moment": moment}
    script = environment.get_template("report.js").render()
    shown: Contents = contents(results)
    values: dict[str, Any] = {
        "results": results,
        "contents": shown,
        "plots": plots(results, shown.digits),
        "area": AREA,
        "width": WIDTH,
        "height": HEIGHT,
        "marks": MARKS,
        "keys": keys(names),
        "colours": {name: at % COLOURS for at, name in enumerate(names)},
        "script": script,
        # Only this script may run, whatever a text of the data may smuggle in.
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "data": script_safe(browser_data(results, shown.digits)),
    }
    return environment.get_template("report.html").render(**values)


def parts(name: str) -> list[str]:
    """A system's name in the parts between which a line may break: ``sq-en-draft``, ``+beam1``."""
    return re.findall(r"\+?[^+]+|\+", name)


def moment(written: str) -> str:
    """An ISO time as ``2026-11-25 02:30 UTC``; what is none stays as it is."""
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        return written
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if time.tzinfo else time.strftime("%Y-%m-%d %H:%M")
