"""The tutorial's nine groups of tags, in the order in which it recommends to write them."""

from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

Group: TypeAlias = Literal["person", "clothing", "scene", "camera", "lighting", "detail", "renderer", "style", "other"]
Language: TypeAlias = Literal["en", "zh-Hans", "zh-Hant"]

GROUPS: Final[tuple[Group, ...]] = get_args(Group)
"""In the recommended order: earlier tags weigh more."""

GROUP_NAMES: Final = MappingProxyType[Group, dict[Language, str]](
    {
        "person": {"en": "person and expression", "zh-Hans": "人物与表情", "zh-Hant": "人物與表情"},
        "clothing": {"en": "clothing", "zh-Hans": "服装", "zh-Hant": "服裝"},
        "scene": {"en": "scene", "zh-Hans": "场景", "zh-Hant": "場景"},
        "camera": {"en": "camera", "zh-Hans": "镜头", "zh-Hant": "鏡頭"},
        "lighting": {"en": "lighting", "zh-Hans": "光照", "zh-Hant": "光照"},
        "detail": {"en": "detail and quality", "zh-Hans": "细节与画质", "zh-Hant": "細節與畫質"},
        "renderer": {"en": "renderer", "zh-Hans": "渲染器", "zh-Hant": "渲染器"},
        "style": {"en": "style", "zh-Hans": "风格", "zh-Hant": "風格"},
        "other": {"en": "other", "zh-Hans": "其他", "zh-Hant": "其他"},
    }
)
