"""A Chinese prompt of 60 tags into English: milliseconds, beside replacing the longest names one after the other.

The peer does what little scripts do: a dict of names, tried from the longest at every place of the text. It knows no
grammar and no syntax; the ratio says what both cost.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from tagloom.tags.lexicon import load_lexicon
from tagloom.translation import translate_prompt

ROUNDS = 60
TAGS = (
    "一个女孩，粉色头发，上半身，绿色衬衫，天蓝色眼睛，穿着红色裙子的女孩，坐在椅子上，森林里的小屋，发光的蝴蝶，两只白猫，皮夹克，条纹衬衫，"
    "大眼睛，长裙，透明雨伞，没有帽子，戴眼镜的男孩，拿着剑的女孩，红发少女，抱着猫，站在森林里，走在沙滩上，躺在床上，桌子上的花，杰作，"
    "最佳画质，高分辨率，电影光效，景深，逆光"
)
PROMPT = f"{TAGS}，{TAGS}"
COLD = """
import time
begin = time.perf_counter()
import tagloom.tags
imported = time.perf_counter()
from tagloom.translation import translate_prompt
ready = time.perf_counter()
translate_prompt("红色裙子", "en")
print(imported - begin, ready - imported, time.perf_counter() - ready)
"""


def replaced(text: str, names: Mapping[str, str], longest: int) -> str:
    """The text with the longest name at every place replaced by its tag."""
    found, place = [], 0
    while place < len(text):
        for length in range(min(longest, len(text) - place), 0, -1):
            if tag := names.get(text[place : place + length]):
                found.append(tag)
                place += length
                break
        else:
            found.append(text[place])
            place += 1
    return " ".join(found)


def median_ms(work: Callable[[], object]) -> float:
    """The median of many runs, in milliseconds of this process."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        taken.append((time.process_time() - begin) * 1e3)
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    lexicon = load_lexicon()
    names = {name: entry.tag for entry in lexicon.entries for name in (*entry.hans, *entry.hant)}
    longest = max(map(len, names))
    ours = median_ms(lambda: translate_prompt(PROMPT, "en"))
    peer = median_ms(lambda: replaced(PROMPT, names, longest))
    back = median_ms(lambda: translate_prompt(translate_prompt(PROMPT, "en").text, "zh-Hans")) - ours
    tags = PROMPT.count("，") + 1
    print(f"{tags} tags into English: {ours:.2f} ms; longest names replaced: {peer:.2f} ms; ratio {ours / peer:.2f}")
    print(f"{tags} tags back into Chinese: {back:.2f} ms")
    command = [sys.executable, "-c", COLD]
    cold = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(7)]
    columns = zip(*([float(seconds) * 1e3 for seconds in run] for run in cold), strict=True)
    tags_import, rest, first = (statistics.median(column) for column in columns)
    print(
        f"from nothing: importing tagloom.tags {tags_import:.0f} ms, the rest {rest:.0f} ms; the first prompt {first:.0f} ms"
    )


if __name__ == "__main__":
    main()
