"""Train the default Albanian-English translator.

    python scripts/train_translator.py --data ../shared/data --encoder ENCODER.npz --run runs/translator --minutes 85 --workers 2

The same command resumes a run that was stopped. ``scripts/export_model.py`` turns the run into a model directory.
Needs the extra ``train``. One worker a core on a CPU; one on a GPU.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path

ALBANIAN_PROSE = {
    "rosetta_balcanica_osce": 4.0, "l10n_www-l10n": 3.0, "docs_fdroid_website": 3.0, "news_383lajme_headlines": 4.0,
    "site_wb_security_barometer": 4.0, "l10n_matomo": 1.0, "l10n_wordpress": 1.0,
    "phrases_bonin1_al_en_de": 2.0, "edu_german_vocab_app": 0.5,
}  # fmt: skip
SHORT = {"tatoeba": 1.0, "news": 1.0, **ALBANIAN_PROSE, "l10n_short": 0.1, "dict_uniparser_lemmas": 0.2,
         "bible_albanian_web": 0.3, "denoise": 0.3, "*": 0.3}  # fmt: skip
MAIN = {"news": 1.0, "tatoeba": 0.15, **ALBANIAN_PROSE, "bible_albanian_web": 0.4, "l10n_short": 0.05,
        "dict_uniparser_lemmas": 0.15, "denoise": 0.2, "*": 0.25}  # fmt: skip
LAST = {"news": 0.6, "tatoeba": 0.05, **{k: 1.5 * v for k, v in ALBANIAN_PROSE.items()}, "bible_albanian_web": 0.15,
        "l10n_short": 0.0, "dict_uniparser_lemmas": 0.05, "denoise": 0.1, "*": 0.15}  # fmt: skip


def main() -> None:
    """Parse the call, then train in as many processes as asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=85)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--vocabulary", type=int, default=8000, help="English output pieces")
    parser.add_argument("--limit", type=int, default=0, help="pairs to keep, to try the script out")
    arguments = parser.parse_args()
    if arguments.workers == 1:
        work(0, arguments)
    else:
        os.environ["OMP_NUM_THREADS"] = "1"
        import torch.multiprocessing as mp

        mp.spawn(work, (arguments,), nprocs=arguments.workers)


def work(rank: int, arguments: argparse.Namespace) -> None:
    """One worker: read and encode the data, build the model, train."""
    import random

    import torch
    import torch.distributed as dist

    from mtsum.training.encoder_archive import EncoderArchive, unigram_tokenizer
    from mtsum.training.loop import Stage, TrainingSettings, train
    from mtsum.training.pairs import EncodedPairs, Pair, read_translation_pairs
    from mtsum.training.transfer_model import TransferModel, frequent_pieces

    if arguments.workers > 1:
        torch.set_num_threads(1)
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29517"}
        dist.init_process_group("gloo", rank=rank, world_size=arguments.workers)
    archive = EncoderArchive(arguments.encoder)
    tokenizer = unigram_tokenizer(archive.pieces, archive.scores)
    pairs = read_translation_pairs(arguments.data)
    random.Random(0).shuffle(pairs)
    pairs = pairs[: arguments.limit or None]
    english = [p.target for p in pairs if p.group in ("denoise", "rosetta_balcanica_osce", "tatoeba")]
    rows = frequent_pieces(tokenizer, archive.pieces, english, arguments.vocabulary)
    target_tokenizer = unigram_tokenizer([archive.pieces[i] for i in rows], [archive.scores[i] for i in rows])
    encoded = EncodedPairs(pairs, tokenizer, target_tokenizer, max_source=140, max_target=110)
    dev_file = arguments.data / "mt/dev/ntrex-30-documents.tsv"
    dev_rows = [line.split("\t")[1:] for line in dev_file.read_text("utf-8").splitlines()[:200]]
    dev = EncodedPairs([Pair("dev", s, t) for s, t in dev_rows], tokenizer, target_tokenizer, 200, 200)
    settings = TrainingSettings(
        minutes=arguments.minutes, workers=arguments.workers,
        stages=(Stage(0.06, SHORT, 14, train_encoder=False), Stage(0.20, SHORT, 30), Stage(0.75, MAIN), Stage(1.01, LAST)),
        extra={"vocabulary": arguments.vocabulary, "decoder_layers": [3, 7, 11], "frozen_layers": 9,
               "pairs": len(encoded.sources), "left_out": encoded.left_out},
    )  # fmt: skip
    model = TransferModel(archive, rows, settings.extra["decoder_layers"], settings.extra["frozen_layers"])
    if rank == 0:
        arguments.run.mkdir(parents=True, exist_ok=True)
        files = [arguments.encoder, *(arguments.data / name for name in (
            "mt/train/sq-en.tsv.xz", "mt/train/xx-en.tsv.xz", "mono/en-news.txt.xz"))]  # fmt: skip
        sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
        (arguments.run / "data.json").write_text(json.dumps(sums, indent=1))
        (arguments.run / "target_rows.json").write_text(json.dumps(rows))
    train(model, encoded, dev, settings, arguments.run, rank)


if __name__ == "__main__":
    main()
