"""mBART-50, whose fifty languages do not include Albanian."""

from __future__ import annotations

from mtsum.engines.families.base import ForcedLanguageFamily, register


@register("mbart")
class MBart(ForcedLanguageFamily):
    """``mk_MK text </s>``; the decoder starts from ``</s>`` and the hypothesis with ``en_XX``."""

    default_window = 1024
