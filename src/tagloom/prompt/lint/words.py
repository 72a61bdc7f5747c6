"""The few words that the rules know: colours, and who a picture is of."""

import re
from typing import Final

COLORS: Final = (
    "aqua|beige|black|blonde|blue|brown|crimson|cyan|gold|golden|gray|green|grey|magenta|orange|pink|purple|red|silver|"
    "teal|violet|white|yellow"
)
COLORED: Final = re.compile(rf"(?:(?:light|dark|sky|pale|deep|bright|navy) )?({COLORS}) ((?:[\w-]+ ){{0,2}}[\w-]+)")
"""A colour and what has it."""

PARTS_OF_ONE_COLOR: Final = frozenset({"hair", "eyes"})
"""Of these a person has one colour."""

SUBJECTS: Final = frozenset(
    [
        "1girl",
        "1boy",
        "2girls",
        "2boys",
        "girl",
        "boy",
        "woman",
        "man",
        "cat",
        "dog",
        "fox",
        "horse",
        "bird",
        "dragon",
        "robot",
        "landscape",
    ]
)
"""What a picture is of."""
