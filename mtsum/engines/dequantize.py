"""Turn a CTranslate2 directory of the BART family back into a Hugging Face one.

What ships is int8 only. To run the same weights in transformers (to compare engines, or to train on from them), each
int8 row is divided by its scale; nothing is rounded again: CTranslate2 in float32 and transformers agree on the result.
Separate vocabularies (``mtsum.engines.separate_vocabularies``) become the one table that a BART has.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtsum.engines.families.base import read_json
from mtsum.engines.model_file import ModelFile, read_model_file
from mtsum.engines.separate_vocabularies import FORBIDDEN, SPECIAL_TOKENS, joint_vocabulary
from mtsum.errors import ModelBroken

if TYPE_CHECKING:
    import numpy as np

_ACTIVATIONS = {0: "relu", 1: "gelu_new", 2: "silu", 3: "gelu", 4: "quick_gelu"}
"""CTranslate2's numbers for activations (``ctranslate2/specs/common_spec.py``)."""
_POSITION_OFFSET = 2
"""BART's position tables start with two rows that no position uses."""


def dequantize(directory: Path, output: Path) -> None:
    """Write the float32 Hugging Face directory ``output`` from the CTranslate2 directory ``directory``.

    Raises ``ModelBroken`` when ``directory`` is not a BART in CTranslate2's format.
    """
    from safetensors.numpy import save_file

    model = read_model_file(directory / "model.bin")
    if model.specification != "TransformerSpec" or model.find("encoder/layernorm_embedding/gamma") is None:
        raise ModelBroken(f"{directory} is no BART: only that family can be turned back into a Hugging Face directory")
    if _scalar(model, "decoder/pre_norm"):
        raise ModelBroken(f"{directory} normalises before each layer (mBART), which a BART does not")
    config = _config(directory, model)
    output.mkdir(parents=True, exist_ok=True)
    save_file(_tensors(model, config), output / "model.safetensors", metadata={"format": "pt"})
    (output / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    if (directory / "tokenizer.json").is_file():
        shutil.copy(directory / "tokenizer.json", output / "tokenizer.json")
        special = {key: config[f"{key}_id"] for key in ("bos_token", "eos_token", "pad_token")}
        tokens = joint_vocabulary(directory)
        settings = {"tokenizer_class": "PreTrainedTokenizerFast"} | {
            key: tokens[number] for key, number in special.items()
        }
        (output / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def weights(model: ModelFile, name: str) -> np.ndarray:
    """A variable in float32: rows of int8 divided by their scales, 16-bit types widened."""
    import numpy as np

    values = model.read(name)
    if values.dtype in (np.int8, np.int16):
        scale = model.read(f"{model.aliases.get(name, name)}_scale")
        return np.ascontiguousarray(values.astype(np.float32) / (scale[:, None] if scale.ndim else scale))
    return np.ascontiguousarray(values.astype(np.float32))


def _scalar(model: ModelFile, name: str) -> float:
    return float(model.read(name).reshape(-1)[0])


def _layers(model: ModelFile, side: str) -> int:
    prefix = f"{side}/layer_"
    names = [*model.variables, *model.aliases]
    return 1 + max(int(name[len(prefix) :].split("/")[0]) for name in names if name.startswith(prefix))


def _config(directory: Path, model: ModelFile) -> dict[str, Any]:
    converted = read_json(directory / "config.json")
    vocabulary = {token: number for number, token in enumerate(joint_vocabulary(directory))}
    tokens = {
        "bos_token_id": converted.get("bos_token") or "<s>",
        "eos_token_id": converted.get("eos_token") or "</s>",
        "pad_token_id": "<pad>",
        "decoder_start_token_id": converted.get("decoder_start_token") or "</s>",
    }
    for key, token in tokens.items():
        if token not in vocabulary:
            raise ModelBroken(f"{directory} has no token {token} in its vocabulary, which {key} needs")
    width = int(weights(model, "encoder/layernorm_embedding/gamma").size)
    sides = {side: model.find(f"{side}/position_encodings/encodings") for side in ("encoder", "decoder")}
    config: dict[str, Any] = {
        "model_type": "bart",
        "architectures": ["BartForConditionalGeneration"],
        "vocab_size": len(vocabulary),
        "d_model": width,
        "max_position_embeddings": max(side.shape[0] for side in sides.values() if side),
        "activation_function": _ACTIVATIONS[int(_scalar(model, "encoder/activation"))],
        "scale_embedding": _scalar(model, "encoder/scale_embeddings") > 1.0,
        "tie_word_embeddings": True,
        "normalize_before": False,
        "normalize_embedding": True,
        "forced_bos_token_id": None,
        "forced_eos_token_id": None,
        "dtype": "float32",
    }
    for side in sides:
        feed_forward = model.find(f"{side}/layer_0/ffn/linear_0/weight")
        assert feed_forward is not None
        config[f"{side}_layers"] = _layers(model, side)
        config[f"{side}_attention_heads"] = int(_scalar(model, f"{side}/num_heads"))
        config[f"{side}_ffn_dim"] = feed_forward.shape[0]
    return config | {key: vocabulary[token] for key, token in tokens.items()}


def _tensors(model: ModelFile, config: dict[str, Any]) -> dict[str, np.ndarray]:
    import numpy as np

    tensors = _vocabulary_tensors(model, config)
    for side in ("encoder", "decoder"):
        start = f"model.{side}"
        positions = weights(model, f"{side}/position_encodings/encodings")
        table = np.zeros((config["max_position_embeddings"] + _POSITION_OFFSET, config["d_model"]), np.float32)
        table[_POSITION_OFFSET : _POSITION_OFFSET + len(positions)] = positions
        tensors[f"{start}.embed_positions.weight"] = table
        tensors |= _norm(model, f"{side}/layernorm_embedding", f"{start}.layernorm_embedding")
        for number in range(config[f"{side}_layers"]):
            tensors |= _layer(model, f"{side}/layer_{number}", f"{start}.layers.{number}", decodes=side == "decoder")
    return tensors


def _vocabulary_tensors(model: ModelFile, config: dict[str, Any]) -> dict[str, np.ndarray]:
    """Embeddings, output layer and its bias, of one vocabulary or of two made one."""
    import numpy as np

    source, target, projection = (
        weights(model, name)
        for name in ("encoder/embeddings_0/weight", "decoder/embeddings/weight", "decoder/projection/weight")
    )
    bias = np.zeros(len(target), np.float32)
    if model.find("decoder/projection/bias") is not None:
        bias = weights(model, "decoder/projection/bias").reshape(-1)
    if len(source) != len(target):
        if not (
            np.array_equal(source[:SPECIAL_TOKENS], target[:SPECIAL_TOKENS]) and np.array_equal(target, projection)
        ):
            raise ModelBroken("the model's source and target embeddings cannot be made one table, as a BART has it")
        closed = np.full(len(source) - SPECIAL_TOKENS, FORBIDDEN, np.float32)
        bias = np.concatenate([bias[:SPECIAL_TOKENS], closed, bias[SPECIAL_TOKENS:]])
        source = target = projection = np.concatenate([source, target[SPECIAL_TOKENS:]])
    if not np.array_equal(source, target):
        raise ModelBroken("the model has other embeddings in its decoder than in its encoder, which a BART has not")
    tensors = {"model.shared.weight": source, "final_logits_bias": bias.reshape(1, -1)}
    if not np.array_equal(projection, source):
        config["tie_word_embeddings"] = False
        tensors["lm_head.weight"] = projection
    return tensors


def _layer(model: ModelFile, source: str, target: str, *, decodes: bool) -> dict[str, np.ndarray]:
    tensors = _split(model, f"{source}/self_attention/linear_0", target + ".self_attn", ("q_proj", "k_proj", "v_proj"))
    tensors |= _split(model, f"{source}/self_attention/linear_1", target + ".self_attn", ("out_proj",))
    tensors |= _norm(model, f"{source}/self_attention/layer_norm", target + ".self_attn_layer_norm")
    if decodes:
        attention = target + ".encoder_attn"
        tensors |= _split(model, f"{source}/attention/linear_0", attention, ("q_proj",))
        tensors |= _split(model, f"{source}/attention/linear_1", attention, ("k_proj", "v_proj"))
        tensors |= _split(model, f"{source}/attention/linear_2", attention, ("out_proj",))
        tensors |= _norm(model, f"{source}/attention/layer_norm", target + ".encoder_attn_layer_norm")
    tensors |= _split(model, f"{source}/ffn/linear_0", target, ("fc1",))
    tensors |= _split(model, f"{source}/ffn/linear_1", target, ("fc2",))
    return tensors | _norm(model, f"{source}/ffn/layer_norm", target + ".final_layer_norm")


def _split(model: ModelFile, source: str, target: str, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """A linear layer, or several that CTranslate2 keeps as one, stacked by rows."""
    import numpy as np

    parts = {}
    for kind in ("weight", "bias"):
        for name, part in zip(names, np.split(weights(model, f"{source}/{kind}"), len(names)), strict=True):
            parts[f"{target}.{name}.{kind}"] = np.ascontiguousarray(part)
    return parts


def _norm(model: ModelFile, source: str, target: str) -> dict[str, np.ndarray]:
    return {
        f"{target}.weight": weights(model, f"{source}/gamma"),
        f"{target}.bias": weights(model, f"{source}/beta"),
    }
