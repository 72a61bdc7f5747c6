"""Text -> words, as CLIP's pattern cuts it before merging byte pairs.

The pattern is OpenAI's: contractions, runs of letters, single digits, runs of anything else that is no white space. Theirs
also has the special tokens; here a text that spells `<|endoftext|>` is a text. (Theirs ignores case too; of text in lower
case that changes only "'ſ", which it takes for "'s". transformers does not, nor do we.) Letters and numbers are those of the
module `regex` 2026.11, under every Python: a prompt has the same tokens everywhere.
"""

import re
from functools import cache
from typing import Final

_SPACE: Final = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's White_Space, not Python's \s
_NUMBERS: Final = (  # \p{N} that is not in Python 3.11's \d
    "\u00b2\u00b3\u00b9\u00bc-\u00be\u09f4-\u09f9\u0b72-\u0b77\u0bf0-\u0bf2\u0c78-\u0c7e\u0d58-\u0d5e"
    "\u0d70-\u0d78\u0f2a-\u0f33\u1369-\u137c\u16ee-\u16f0\u17f0-\u17f9\u19da\u2070\u2074-\u2079\u2080-\u2089"
    "\u2150-\u2182\u2185-\u2189\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u2cfd\u3007\u3021-\u3029\u3038-\u303a"
    "\u3192-\u3195\u3220-\u3229\u3248-\u324f\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\ua6e6-\ua6ef\ua830-\ua835"
    "\U00010107-\U00010133\U00010140-\U00010178\U0001018a\U0001018b\U000102e1-\U000102fb\U00010320-\U00010323"
    "\U00010341\U0001034a\U000103d1-\U000103d5\U00010858-\U0001085f\U00010879-\U0001087f\U000108a7-\U000108af"
    "\U000108fb-\U000108ff\U00010916-\U0001091b\U000109bc\U000109bd\U000109c0-\U000109cf\U000109d2-\U000109ff"
    "\U00010a40-\U00010a48\U00010a7d\U00010a7e\U00010a9d-\U00010a9f\U00010aeb-\U00010aef\U00010b58-\U00010b5f"
    "\U00010b78-\U00010b7f\U00010ba9-\U00010baf\U00010cfa-\U00010cff\U00010d40-\U00010d49\U00010e60-\U00010e7e"
    "\U00010f1d-\U00010f26\U00010f51-\U00010f54\U00010fc5-\U00010fcb\U00011052-\U00011065\U000111e1-\U000111f4"
    "\U000116d0-\U000116e3\U0001173a\U0001173b\U000118ea-\U000118f2\U00011bf0-\U00011bf9\U00011c5a-\U00011c6c"
    "\U00011de0-\U00011de9\U00011f50-\U00011f59\U00011fc0-\U00011fd4\U00012400-\U0001246f\U00012475-\U0001247f"
    "\U00012550-\U00012686\U00016130-\U00016139\U00016b5b-\U00016b61\U00016d70-\U00016d79\U00016e80-\U00016e96"
    "\U00016ff4-\U00016ff6\U0001ccf0-\U0001ccf9\U0001d2c0-\U0001d2d3\U0001d2e0-\U0001d2f3\U0001d360-\U0001d378"
    "\U0001e4f0-\U0001e4f9\U0001e5f1-\U0001e5fa\U0001e8c7-\U0001e8cf\U0001ec71-\U0001ecab\U0001ecad-\U0001ecaf"
    "\U0001ecb1-\U0001ecb4\U0001ed01-\U0001ed2d\U0001ed2f-\U0001ed3d\U0001f100-\U0001f10c"
)
_LETTERS: Final = (  # \p{L} that is not in Python 3.11's \w
    "\u0558\u058b\u058c\u088f\u0c5c\u0cdc\u1c89\u1c8a\u208f\u209d-\u209f\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dd"
    "\ua7e2\ua7f1\uab6c\uab6d\U000105c0-\U000105f3\U000107bb-\U000107bf\U00010940-\U00010959\U00010d4a-\U00010d65"
    "\U00010d6f-\U00010d85\U00010ec2-\U00010ec7\U00010ed9-\U00010eee\U0001123f\U00011240\U00011380-\U00011389"
    "\U0001138b\U0001138e\U00011390-\U000113b5\U000113b7\U000113d1\U000113d3\U00011b0a\U00011bc0-\U00011be0"
    "\U00011db0-\U00011ddb\U00011df1\U00011f02\U00011f04-\U00011f10\U00011f12-\U00011f33\U0001342f"
    "\U00013441-\U00013446\U00013460-\U000143fa\U00016100-\U0001611d\U00016d40-\U00016d6c\U00016ea0-\U00016eb8"
    "\U00016ebb-\U00016ed3\U00016ff2\U00016ff3\U000187f8-\U000187ff\U00018cd6-\U00018cda\U00018cff"
    "\U00018d09-\U00018d20\U00018d80-\U00018df2\U00018e00-\U00019191\U000191a0-\U000191d2\U0001b123-\U0001b128"
    "\U0001b132\U0001b155\U0001b168\U0001d6a6\U0001df1f-\U0001df81\U0001df90-\U0001df96\U0001dfcd-\U0001dfff"
    "\U0001e030-\U0001e06d\U0001e4d0-\U0001e4eb\U0001e5d0-\U0001e5ed\U0001e5f0\U0001e6c0-\U0001e6de"
    "\U0001e6e0-\U0001e6e2\U0001e6e4\U0001e6e5\U0001e6e7-\U0001e6ed\U0001e6f0-\U0001e6f4\U0001e6fe\U0001e6ff"
    "\U0002b739-\U0002b73f\U0002b81e\U0002cea2-\U0002cead\U0002ebf0-\U0002ee5d\U00031350-\U00033479"
    "\U0003d000-\U0003fc3f"
)

_CONTRACTION: Final = "'s|'t|'re|'ve|'m|'ll|'d"
_ASCII_WORD: Final = re.compile(rf"{_CONTRACTION}|[a-z]+|[0-9]|[^\t-\r a-z0-9]+")
_WORD: Final = (
    rf"{_CONTRACTION}|(?:[^\W\d_{_NUMBERS}]+|[{_LETTERS}]+)+|[\d{_NUMBERS}]|(?:[^\w{_SPACE}{_NUMBERS}{_LETTERS}]|_)+"
)


def word_pattern(text: str) -> re.Pattern[str]:
    """`'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+`, for this text in lower case."""
    return _ASCII_WORD if text.isascii() else _word()


@cache
def _word() -> re.Pattern[str]:
    """Compiled for the first text that needs it: most prompts are ASCII, and it takes as long as reading one."""
    return re.compile(_WORD)
