"""A Hugging Face sequence-to-sequence model (Marian, NLLB, M2M100, mBART, T5, ...) as something the loop trains."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from mtsum.engines.weights import find_weights, is_safetensors
from mtsum.errors import ModelBroken, UsageError
from mtsum.hub import LOCK_FILE
from mtsum.registry import DESCRIPTION_FILE, ModelEntry, description_of, load_registry
from mtsum.training.checkpoints import assign, final_weights
from mtsum.training.family_codec import FamilyCodec
from mtsum.training.trainable import Trainable, up_to_end

# Files of a model directory beside its weights: tokenizers of all kinds.
_BESIDE_WEIGHTS = ("*.json", "*.model", "*.spm", "*.txt")
_MOST_NEW_TOKENS = 2, 20  # a hypothesis has at most so many times its source's tokens, and so many more


class FineTunedModel(Trainable):
    """The model of ``directory``, all of it trained but its lowest ``frozen_layers`` encoder layers.

    Raises ``ModelBroken`` for a directory that transformers can't load, ``UsageError`` for layers it does not have.
    """

    def __init__(
        self, directory: Path, codec: FamilyCodec, frozen_layers: int = 0, dropout: float | None = None
    ) -> None:
        super().__init__()
        self.model = load_model(directory, dropout)
        self._codec = codec
        encoder = self.model.get_encoder()
        layers = encoder.block if hasattr(encoder, "block") else encoder.layers  # T5 calls them blocks
        if not 0 <= frozen_layers <= len(layers):
            raise UsageError(f"{frozen_layers} frozen layers; the encoder of {directory} has {len(layers)}")
        for layer in layers[:frozen_layers]:
            layer.requires_grad_(False)
        for module in self.model.modules():
            if "Sinusoidal" in type(module).__name__:
                for parameter in module.parameters(recurse=False):
                    parameter.requires_grad_(False)
        # Padding is never a target, and the decoder of Marian starts from its zeros: the output layer, which is the
        # same table, must not move them.
        for table in self._tables():
            keep = torch.ones(len(table), 1)
            keep[codec.padding] = 0
            table.register_hook(lambda gradient, keep=keep: gradient * keep.to(gradient.device))

    def _tables(self) -> list[nn.Parameter]:
        """The embedding tables, each once: input, output, and those of either side where they are separate."""
        modules = [self.model.get_input_embeddings(), self.model.get_output_embeddings()]
        modules += [self.model.get_encoder().get_input_embeddings(), self.model.get_decoder().get_input_embeddings()]
        return list({id(module.weight): module.weight for module in modules if module is not None}.values())

    def parameter_groups(self) -> dict[str, list[nn.Parameter]]:
        """Embedding tables, decoder (with what stands on top of it), encoder."""
        tables = self._tables()
        in_tables = {id(table) for table in tables}
        in_encoder = {id(parameter) for parameter in self.model.get_encoder().parameters()}
        free = [p for p in self.model.parameters() if p.requires_grad and id(p) not in in_tables]
        return {
            "table": tables,
            "decoder": [parameter for parameter in free if id(parameter) not in in_encoder],
            "encoder": [parameter for parameter in free if id(parameter) in in_encoder],
        }

    def _encode(self, source: torch.Tensor, train_encoder: bool) -> tuple[Any, torch.Tensor]:
        mask = (source != self._codec.padding).long()
        with torch.set_grad_enabled(train_encoder and torch.is_grad_enabled()):
            return self.model.get_encoder()(input_ids=source, attention_mask=mask), mask

    def loss(
        self,
        source: torch.Tensor,
        target: torch.Tensor,
        train_encoder: bool,
        label_smoothing: float,
        dtype: torch.dtype = torch.float32,
    ) -> tuple[torch.Tensor, int]:
        """Forced tokens (the target language) are given, and count for nothing."""
        states, mask = self._encode(source, train_encoder)
        logits = self.model(
            encoder_outputs=states, attention_mask=mask, decoder_input_ids=target[:, :-1], use_cache=False
        ).logits
        gold = target[:, 1:]
        real = gold != self._codec.padding
        real[:, : self._codec.forced] = False
        loss = functional.cross_entropy(logits[real].float(), gold[real], label_smoothing=label_smoothing)
        return loss, int(real.sum())

    def translate(self, source: torch.Tensor, beam: int, dtype: torch.dtype = torch.float32) -> list[list[int]]:
        """Ids of the model's vocabulary."""
        from transformers import GenerationConfig

        codec = self._codec
        states, mask = self._encode(source, train_encoder=False)
        start = torch.tensor([codec.targets([""])[0][:-1].tolist()], device=source.device).repeat(len(source), 1)
        times, more = _MOST_NEW_TOKENS
        most = times * source.shape[1] + more
        positions = codec.family.positions()
        if positions is not None:
            most = min(most, positions - start.shape[1])
        generated = self.model.generate(
            encoder_outputs=states,
            attention_mask=mask,
            decoder_input_ids=start,
            generation_config=GenerationConfig(
                num_beams=beam,
                do_sample=False,
                early_stopping=beam > 1,
                min_new_tokens=1,
                max_new_tokens=most,
                decoder_start_token_id=codec.start,
                eos_token_id=codec.end,
                pad_token_id=codec.padding,
                suppress_tokens=[codec.padding],
            ),
        )
        return up_to_end([row[start.shape[1] :] for row in generated.tolist()], codec.end, codec.padding)


def load_model(directory: Path, dropout: float | None = None) -> Any:
    """The transformers model of ``directory`` in float32; ``dropout`` in place of its own. Raises ``ModelBroken``."""
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, GenerationConfig

    weights = find_weights(directory)
    try:
        config = AutoConfig.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
        if dropout is not None:
            setattr(config, "dropout_rate" if hasattr(config, "dropout_rate") else "dropout", dropout)
        model = AutoModelForSeq2SeqLM.from_pretrained(
            directory,
            config=config,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=is_safetensors(weights),
            weights_only=True,
            dtype=torch.float32,
            # The fused kernel's backward pass is several times slower in bfloat16 on a CPU.
            attn_implementation=None if torch.cuda.is_available() else "eager",
        )
    except Exception as error:  # a broken checkpoint surfaces as any of a dozen exception classes
        raise ModelBroken(f"{directory} cannot be loaded by transformers: {' '.join(str(error).split())}") from error
    # What its checkpoint says of generation would be added to what ``translate`` asks for.
    model.generation_config = GenerationConfig(decoder_start_token_id=config.decoder_start_token_id)
    return model


def export_fine_tuned(run: Path, output: Path, average: int | None = None, best: bool = False) -> ModelEntry:
    """Write the Hugging Face directory ``output`` of a fine-tuning run, with weights as ``final_weights`` chooses them.

    It gets the tokenizer and configuration of the model that the run began from, and an mtsum-model.json that names its
    languages. Returns the entry of the model that it began from.
    """
    extra = json.loads((run / "config.json").read_text())["extra"]
    directory = Path(extra["directory"])
    entry = load_registry().entry(extra["model"], "translation")
    codec = FamilyCodec(directory, entry, extra["source_language"], extra["target_language"])
    model = FineTunedModel(directory, codec, extra["frozen_layers"])
    assign(model.trained(), final_weights(run, average, best))
    model.model.save_pretrained(output)
    for pattern in _BESIDE_WEIGHTS:
        for file in directory.glob(pattern):
            if not file.name.endswith(".index.json") and file.name != LOCK_FILE:  # its checksums are the base's
                shutil.copy(file, output / file.name)
    description = description_of(entry) | {
        "source_languages": [extra["source_language"]],
        "target_languages": [extra["target_language"]],
        "note": f"fine-tuned from {entry.alias}, run {run.name}",
    }
    (output / DESCRIPTION_FILE).write_text(json.dumps(description, indent=1) + "\n", "utf-8")
    return entry
