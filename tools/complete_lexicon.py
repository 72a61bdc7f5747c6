"""The lexicon as it is written by hand -> the lexicon as tagloom reads it: Traditional names, characters, pinyin.

Usage: pip install opencc-python-reimplemented pypinyin   (in any environment; neither is needed to run tagloom)
       python -m tools.complete_lexicon [--resolve] [src/tagloom/tags]

It fills in the zh-Hant column of lexicon/*.tsv, in which words written by hand stay in front of what is filled in (or behind
it, if they are put there later), writes characters.tsv and pinyin.tsv, and tells of wordings that belong to two entries;
--resolve mends those by rule (see tools/lexicon_conflicts.py). A second run changes nothing. The exit code is 1 if
conflicts are left.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tools.lexicon_conflicts import Chinese, conflicts, resolve
from tools.lexicon_sheets import Place, Row, Sheets, bare, read_sheet

_CHARACTER: Final = re.compile(r"[\u3400-\u9fff]")
_LAST_OF_BMP: Final = "\uffff"
_ALL_CHARACTERS: Final = tuple(map(chr, range(0x4E00, 0xA000)))
_COMPUTER_WORDS: Final = re.compile(
    "重灌|全形|半形|開啟|高階|低階|檢視|桌布|映象|影象|資料夾|型別|物件|區域性|全域性|例項|建立|新增|觸控|連線|載入|儲存|重新整理"
    "|匯入|匯出|遮蔽|貼上|剪下|點選|字首|字尾|指標|釋出|傳送|裝置|設定|引數|元件|整合|訊號|磁碟|排程|宣告|佇列|對映|批次|執行"
)
"""Taiwan's words for what a computer does, which OpenCC puts for the everyday word too: 打開的門 is no 開啟的門."""

_ALONE: Final = MappingProxyType({"一": "yi1", "不": "bu4", "着": "zhe5"})
_NOT_ZHE: Final = re.compile("睡着|着火(?!把)|着装|衣着|着色|着陆|着地|着迷|着急|着凉|执着|沉着")
"""Words in which 着 is not the particle."""

_TAIWANESE: Final = MappingProxyType({"鍊": "链", "揹": "背", "瞇": "眯"})
"""Characters of Taiwan's that OpenCC makes of the Simplified ones, but does not lead back to them."""

_ADVERB: Final = re.compile("(?<=..)地(?=笑|看|哭|望|盯|微笑|大笑)")
"""The particle 地."""

_WRITING: Final = re.compile("著(?!名|作|称|者)(?<!名著|显著|巨著|原著|专著)")
"""The particle 着 as it is written in Taiwan."""

Convert = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Converters:
    """OpenCC's conversions by their names, and pypinyin's reading of a word: one with its tone for each character."""

    s2twp: Convert
    s2tw: Convert
    s2t: Convert
    s2hk: Convert
    t2s: Convert
    read: Callable[[str], Sequence[str]]

    def forms(self, name: str) -> tuple[str, ...]:
        """A Simplified name in Traditional script, the form that is used most in front."""
        taiwan, plain = self.s2twp(name), self.s2tw(name)
        is_of_computers = any(word not in plain for word in _COMPUTER_WORDS.findall(taiwan))
        return tuple(dict.fromkeys((plain if is_of_computers else taiwan, self.s2t(name), self.s2hk(name))))


def folding(characters: Iterable[str], converters: Converters) -> dict[str, list[str]]:
    """Simplified characters, each with its Traditional ones; no character is in both roles.

    A few are written otherwise in Taiwan though OpenCC knows no way back, such as 着, which is 著 there.
    """
    parents: dict[str, str] = {}
    ordered = sorted(set(characters))
    for character in ordered:
        simple = _TAIWANESE.get(character) or converters.t2s(character)
        if simple != character and simple <= _LAST_OF_BMP and not _is_simplified(character, converters):
            parents[character] = simple
    for simple in ordered:
        for convert in (converters.s2tw, converters.s2t, converters.s2hk):
            form = convert(simple)
            is_variant = (
                form == simple or _is_simplified(form, converters) or (_is_everyday(form) and not _is_everyday(simple))
            )
            if simple not in parents and not is_variant:
                parents.setdefault(form, simple)
    forms: dict[str, list[str]] = {}
    for character in parents:
        simple = character
        while simple in parents:
            simple = parents[simple]
        forms.setdefault(simple, []).append(character)
    return {simple: _usual_first(simple, forms[simple], converters) for simple in sorted(forms)}


def _is_simplified(character: str, converters: Converters) -> bool:
    """Whether it is the Simplified form of another, though it is also an old form of a third (么)."""
    return converters.t2s(converters.s2t(character)) == character != converters.s2t(character)


def _usual_first(simple: str, forms: Sequence[str], converters: Converters) -> list[str]:
    usual = (converters.s2tw(simple), converters.s2t(simple), converters.s2hk(simple))
    return sorted(forms, key=lambda form: usual.index(form) if form in usual else len(usual))


def _is_everyday(character: str) -> bool:
    """Whether it is among the 6,763 Chinese characters of GB 2312."""
    return bool(_CHARACTER.fullmatch(character) and character.encode("gb2312", "ignore"))


def complete(sheets: Sheets, chinese: Chinese) -> list[str]:
    """Fill in the Traditional names, and tell which words of OpenCC's were left out, as they are another entry's name."""
    told: list[str] = []
    by_hand = {place: _by_hand(row, chinese) for place, row in sheets.rows.items()}
    owners: dict[str, Place] = {}
    for place, row in sorted(sheets.rows.items()):
        for name in row.hans:
            owners.setdefault(chinese.key(name), place)
    for place, names in sorted(by_hand.items()):
        for name in names:
            owners.setdefault(chinese.key(name), place)
    for place, row in sorted(sheets.rows.items()):
        kept: list[str] = []
        for name in row.hans:
            for form in chinese.forms(name):
                owner = owners.setdefault(chinese.key(form), place)
                if owner == place or chinese.key(form) == chinese.key(name):
                    kept.append(form)
                else:
                    told.append(f"'{form}' for '{name}' of '{row.tag}' left out: a name of '{sheets.rows[owner].tag}'")
        sheets.rows[place] = replace(row, hant=_around(row.hant, by_hand[place], kept))
    return told


def _by_hand(row: Row, chinese: Chinese) -> list[str]:
    filled_in = {form for name in row.hans for form in chinese.forms(name)}
    return [name for name in row.hant if name not in filled_in]


def _around(column: Sequence[str], by_hand: Sequence[str], filled_in: Sequence[str]) -> tuple[str, ...]:
    """What is filled in between the words by hand that stand before it in the column, and those that stand behind it."""
    first = next((place for place, name in enumerate(column) if name not in by_hand), len(column))
    before = [name for name in column[:first] if name in by_hand]
    return tuple(dict.fromkeys((*before, *filled_in, *(name for name in by_hand if name not in before))))


def pinyin(names: Iterable[str], characters: Iterable[str], key: Convert, read: Callable[[str], Sequence[str]]) -> list[str]:
    """The lines of pinyin.tsv: the reading that each character has most often, then the names in which it has another.

    `names` are the names as they are written, in Simplified script before Traditional; `characters` are Simplified.
    """
    readings: dict[str, tuple[str, ...]] = {}
    for name in names:
        if key(name) not in readings:
            readings[key(name)] = _reading(name, read)
    heard = {character: Counter[str]() for character in characters}
    for name, said in readings.items():
        for character, reading in zip(_CHARACTER.findall(name), said, strict=True):
            heard.setdefault(character, Counter())[reading] += 1
    usual = {
        character: counts.most_common(1)[0][0] if counts else _with_tone(read(character)[0])
        for character, counts in sorted(heard.items())
    }
    other = {
        name: said
        for name, said in sorted(readings.items())
        if len(name) > 1 and said != tuple(usual[character] for character in _CHARACTER.findall(name))
    }
    return [*(f"{character}\t{said}" for character, said in usual.items() if said[:-1].isascii())] + [
        f"{name}\t{' '.join(said)}" for name, said in other.items()
    ]


def _reading(name: str, read: Callable[[str], Sequence[str]]) -> tuple[str, ...]:
    """A name's characters without 的, read as the word they make; 一, 不 and 着 as they are read by themselves."""
    characters = _CHARACTER.findall(name)
    readings = {place: said for place, said in enumerate(read("".join(characters))) if characters[place] != "的"}
    is_read_otherwise = {place for word in _NOT_ZHE.finditer("".join(characters)) for place in range(*word.span())}
    readings.update(dict.fromkeys((adverb.start() for adverb in _ADVERB.finditer("".join(characters))), "de5"))
    for place in readings:
        if characters[place] in _ALONE and place not in is_read_otherwise:
            readings[place] = _ALONE[characters[place]]
    return tuple(map(_with_tone, readings.values()))


def _with_tone(reading: str) -> str:
    return reading if reading[-1:].isdigit() else f"{reading}5"


def main(folder: Path, converters: Converters, *, resolves: bool) -> int:
    """Write the files of a folder anew; 1 if conflicts are left."""
    paths = {path.stem: path for path in (folder / "lexicon").glob("*.tsv")}
    sheets = Sheets([read_sheet(name, path.read_text("utf-8")) for name, path in paths.items()])
    words = folder / "words.tsv"
    written = [name for row in sheets.rows.values() for name in (*row.hans, *row.hant)]
    met = set(_CHARACTER.findall("".join(written) + (words.read_text("utf-8") if words.exists() else "")))
    forms = folding({*_ALL_CHARACTERS, *met}, converters)
    table = str.maketrans({traditional: simple for simple, all_of_it in forms.items() for traditional in all_of_it})
    chinese = Chinese(key=lambda name: bare(name.translate(table)), forms=_remembered(converters.forms))
    told = resolve(sheets, chinese) if resolves else []
    told.extend(complete(sheets, chinese))
    for sheet in sheets.finished():
        paths[sheet.name].write_text(sheet.to_text(), "utf-8")
    _write(folder / "characters.tsv", _CHARACTERS_HEAD, (f"{simple}\t{''.join(each)}" for simple, each in forms.items()))
    names = [name for row in sheets.rows.values() for name in row.hans]
    names += [_WRITING.sub("着", converters.t2s(name)) for row in sheets.rows.values() for name in row.hant]
    known = {character.translate(table) for character in (*filter(_is_everyday, _ALL_CHARACTERS), *met)}
    _write(folder / "pinyin.tsv", _PINYIN_HEAD, pinyin(names, known, chinese.key, converters.read))
    left = conflicts(sheets, chinese)
    print("\n".join([*told, *(f"conflict: {one}" for one in left), f"{len(sheets.rows)} entries, {len(left)} conflicts"]))
    return 1 if left else 0


_CHARACTERS_HEAD: Final = (
    "# Simplified characters with the Traditional ones that fold to them, the usual one first.",
    "# Made by tools/complete_lexicon.py with OpenCC's tables (Apache 2.0).",
)
_PINYIN_HEAD: Final = (
    "# How characters are read, then the names (Simplified, without 的) in which one is read otherwise. v is ü, 5 no tone.",
    "# Made by tools/complete_lexicon.py with pypinyin (MIT).",
)


def _write(path: Path, head: Iterable[str], lines: Iterable[str]) -> None:
    path.write_text("\n".join((*head, *lines, "")), "utf-8")


def _remembered(forms: Callable[[str], tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] = {}
    return lambda name: known[name] if name in known else known.setdefault(name, forms(name))


def installed_converters() -> Converters:
    """OpenCC's and pypinyin's."""
    from opencc import OpenCC  # noqa: PLC0415  # only this function needs them, so that tests can bring their own
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    named: Mapping[str, Convert] = {name: OpenCC(name).convert for name in ("s2twp", "s2tw", "s2t", "s2hk", "t2s")}
    return Converters(**named, read=lambda word: lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True))


if __name__ == "__main__":
    options = [argument for argument in sys.argv[1:] if argument != "--resolve"]
    target = Path(options[0] if options else "src/tagloom/tags")
    sys.exit(main(target, installed_converters(), resolves="--resolve" in sys.argv))
