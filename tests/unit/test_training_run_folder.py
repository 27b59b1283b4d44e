"""What a run writes and how it is read again: log, scores, weights to average, curves, the table of ablations."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from mtsum.errors import InputError, ModelBroken, UsageError
from mtsum.training.ablations import VARIANTS, chosen_variants, is_done, table
from mtsum.training.recipe import recipe_stages
from mtsum.training.run_log import RunLog, best_of, read_log
from mtsum.training.settings import Stage, TrainingSettings


def write_log(run: Path, rows: list[dict], torn: str = "") -> Path:
    run.mkdir(exist_ok=True)
    (run / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + torn)
    return run


def test_rows_after_the_checkpoint_and_a_torn_line_are_taken_back(tmp_path: Path) -> None:
    run = write_log(tmp_path / "run", [{"step": step, "seconds": step} for step in (100, 200, 300)], '{"step": 4')
    RunLog(run).rewind(200)
    assert [row["step"] for row in read_log(run)] == [100, 200]


def test_scores_name_the_best_and_the_last_validation(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    rows = [
        {"step": step, "seconds": step, "dev_loss": 3.0, "chrf": chrf}
        for step, chrf in ((1, 30.0), (2, 41.0), (3, 40.0))
    ]
    assert [log.write_validation(**row, chrf_signature="nw:0") for row in rows] == [True, True, False]
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert (scores["best"]["step"], scores["last"]["step"]) == (2, 3)
    assert scores["signatures"] == {"chrf_signature": "nw:0"}
    assert scores["validations"] == rows == read_log(tmp_path)


def test_without_translations_the_lowest_dev_loss_is_best() -> None:
    assert best_of([{"dev_loss": 3.0}, {"dev_loss": 2.0}, {"dev_loss": 2.5}]) == {"dev_loss": 2.0}


def test_the_last_weights_are_kept_and_averaged(tmp_path: Path) -> None:
    import torch

    from mtsum.training.checkpoints import assign, drop_weights_after, final_weights, keep_best_weights, keep_weights

    for step, value in enumerate((1.0, 2.0, 4.0, 1e6)):
        keep_weights(tmp_path, [torch.full((2,), value)], step, keep=3)
    keep_best_weights(tmp_path, [torch.full((2,), 2.0)], 1)
    assert sorted(path.name for path in (tmp_path / "weights").iterdir()) == [
        "best.pt",
        *(f"step-0000000{step}.pt" for step in (1, 2, 3)),
    ]
    assert final_weights(tmp_path, best=True)[0].tolist() == [2.0, 2.0]
    assert final_weights(tmp_path, average=1)[0].tolist() == [1e6, 1e6]  # more than 16 bits hold
    assert final_weights(tmp_path, average=3)[0].tolist() == pytest.approx([(2 + 4 + 1e6) / 3] * 2)
    with pytest.raises(UsageError, match="kept 3 sets of weights, not 4"):
        final_weights(tmp_path, average=4)
    with pytest.raises(UsageError, match=r"no checkpoint\.pt"):
        final_weights(tmp_path)
    drop_weights_after(tmp_path, 2)
    assert final_weights(tmp_path, average=1)[0].tolist() == [4.0, 4.0]
    with pytest.raises(ModelBroken, match="another model"):
        assign([torch.zeros(3)], final_weights(tmp_path, best=True))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, "how long"),
        ({"minutes": 0}, "minutes"),
        ({"max_steps": 5, "beam": 0}, "beam"),
        ({"max_steps": 5, "decay_from": 1.5}, "decay_from"),
        ({"max_steps": 5, "precision": "float16"}, "precision"),
        ({"max_steps": 5, "keep": -1}, "keep"),
    ],
)
def test_settings_that_no_run_can_have_are_refused(wrong: dict, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        TrainingSettings(stages=(), **wrong)


def test_the_run_ends_at_the_first_bound_and_the_rate_falls_to_a_hundredth() -> None:
    settings = TrainingSettings(stages=(), minutes=10, max_steps=100, max_tokens=1000, warmup_steps=10, decay_from=0.5)
    assert settings.fraction(60, 50, 100) == 0.5
    assert settings.fraction(540, 50, 100) == 0.9
    assert settings.fraction(60, 50, 2000) == 2.0
    assert settings.rate(4, 0.0) == 0.5
    assert settings.rate(50, 0.5) == 1.0
    assert settings.rate(75, 0.75) == 0.5
    assert settings.rate(100, 1.0) == 0.01


def test_a_file_of_the_users_joins_every_stage_of_the_recipe() -> None:
    stages = recipe_stages(False, {"back": 0.5})
    assert [stage.until for stage in stages] == [0.06, 0.20, 0.75, 1.01]
    assert all(stage.mixture["back"] == 0.5 and "news" in stage.mixture for stage in stages)
    assert stages[2:] == recipe_stages(True, {"back": 0.5})
    assert isinstance(stages[0], Stage)


OLD_ROWS = [
    {"seconds": 227, "step": 100, "loss": 3.54, "tokens": 259754, "fraction": 0.036, "tokens_per_second": 1146},
    {"seconds": 300, "step": 130, "dev_loss": 2.9572},
    {"seconds": 451, "step": 200, "loss": 3.49, "tokens": 512826, "fraction": 0.072, "tokens_per_second": 1137},
    {"seconds": 497, "step": 216, "dev_loss": 2.9},
]


def test_curves_of_older_and_newer_logs_are_drawn_together(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from mtsum.training.curves import draw_curves

    new = [row | {"tokens": 1000 * row["step"], "bleu": 3.0, "chrf": 20.0} for row in OLD_ROWS if "dev_loss" in row]
    old_run, new_run = write_log(tmp_path / "old", OLD_ROWS, '{"sec'), write_log(tmp_path / "new", new)
    for runs, output in (([old_run], "one.png"), ([old_run, new_run], "two.svg")):
        draw_curves(runs, tmp_path / output)
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
    svg = (tmp_path / "two.svg").read_text()
    assert "million target tokens" in svg and "new: chrF" in svg
    with pytest.raises(InputError, match=r"no log\.jsonl"):
        draw_curves([tmp_path / "nothing"], tmp_path / "none.png")


def test_tokens_of_an_older_validation_lie_between_its_neighbours() -> None:
    from mtsum.training.curves import _between

    known = [(100, 1000), (200, 3000)]
    assert [_between(known, step) for step in (50, 150, 200, 300)] == [500, 2000, 3000, 4500]
    assert _between([], 100) is None


def test_the_table_compares_variants_and_says_which_failed(tmp_path: Path) -> None:
    done, failed = tmp_path / "recipe", tmp_path / "no-dropout"
    done.mkdir()
    last = {
        "step": 9,
        "seconds": 90,
        "tokens": 12345,
        "dev_loss": 2.0,
        "dev_loss_per_character": 0.51239,
        "bleu": 12.34,
    }
    scores = {"last": last | {"finished": True}, "best": last, "signatures": {"bleu_signature": "tok:13a"}}
    (done / "scores.json").write_text(json.dumps(scores))
    (done / "config.json").write_text(json.dumps({"extra": {"pairs": 1000}}))
    (done / "ablation.json").write_text(json.dumps(["--max-steps", "9"]))
    lines = table({"recipe": (done, ()), "no-dropout": (failed, ("--dropout", "0"))}).splitlines()
    assert lines[2] == "| recipe |  | 1,000 | 12,345 | 1.5 | 0.5124 | 12.3 |  |"
    assert "`--dropout 0` | failed" in lines[3]
    assert lines[-1] == "Signatures: bleu tok:13a"
    assert is_done(done, ["--max-steps", "9"])
    assert not is_done(done, ["--max-steps", "10"]) and not is_done(failed, [])


def test_variants_are_chosen_by_name_and_added_by_options() -> None:
    assert chosen_variants([], []) == VARIANTS
    assert chosen_variants(["recipe"], ["bt=--train 'back translated.tsv:0.5'"]) == {
        "recipe": (),
        "bt": ("--train", "back translated.tsv:0.5"),
    }
    for names, own in ((["nothing"], []), ([], ["--dropout 0"]), ([], ["a/b=--dropout 0"])):
        with pytest.raises(UsageError):
            chosen_variants(names, own)


def test_a_scored_hypothesis_that_is_the_reference_has_full_marks() -> None:
    from mtsum.training.validation import scores

    found = scores(["The new library opened on Monday."], ["The new library opened on Monday."])
    assert math.isclose(found["bleu"], 100) and found["chrf"] == 100
    assert "tok:13a" in found["bleu_signature"] and "nc:6" in found["chrf_signature"]
