"""A prompt -> the same prompt in another language: its texts are translated, everything else stays byte for byte."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tagloom.prompt.nodes import And, Break, Escape, Node, Separator, Text, Tree, Weighted, children
from tagloom.prompt.parser import parse
from tagloom.tags.groups import Language
from tagloom.tags.han import has_chinese
from tagloom.tags.lexicon import Lexicon, load_lexicon
from tagloom.tags.segmentation import Fallback
from tagloom.tags.translation import Piece, Translation
from tagloom.tags.translator import translate_words
from tagloom.tags.vocabulary import Grammar, load_grammar
from tagloom.translation.full_width import narrowed

if TYPE_CHECKING:
    from tagloom.translation.providers import Provider

_SYNTAX: Final = re.compile(r"[()\[\]{}|\\:<>]")
_WORD: Final = re.compile(r"[^\W_]")
_PROVIDED: Final = 0.7
_SUSPECT: Final = re.compile(r"[_/:|\\<>()\[\]{}]|AND|BREAK")
_SHOUTED: Final = re.compile(r"\b(AND|BREAK)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatedPrompt:
    """The prompt in the other language; its pieces, whose spans speak of the source; what a provider could not do."""

    text: str
    pieces: tuple[Piece, ...]
    problems: tuple[str, ...] = ()

    @property
    def untranslated(self) -> tuple[str, ...]:
        """What stayed as it stood, each once."""
        return tuple(dict.fromkeys(piece.source for piece in self.pieces if piece.origin == "untranslated"))


def translate_prompt(
    text: str,
    to: Language,
    *,
    lexicon: Lexicon | None = None,
    grammar: Grammar | None = None,
    fallback: Fallback | None = None,
    provider: "Provider | None" = None,
) -> TranslatedPrompt:
    """Translate the words of a prompt in the default dialect.

    Weights, brackets, numbers, AND, BREAK, schedules, choices, wildcards, networks, comments and escapes stay as they are.
    Into English, commas of Chinese width become `, `, and brackets, colons and pipes of that width what they stand for
    where they are syntax; a prompt without Chinese comes back byte for byte. What stands on both sides of a bracket is
    translated for itself. `fallback` knows Chinese words that the lexicon and the grammar do not; `provider` is asked once,
    for all tags that then are still not in the other language. lexicon, grammar: those of tagloom, if not given.
    """
    if to == "en" and not has_chinese(text):
        return TranslatedPrompt(text=text, pieces=())
    tree = parse(narrowed(text) if to == "en" else text)
    translator = _Translator(tree, text, to, lexicon or load_lexicon(), grammar or load_grammar(), fallback)
    translator.read()
    problems = translator.ask(provider) if provider else ()
    return TranslatedPrompt(text=translator.written(), pieces=translator.pieces(), problems=problems)


@dataclass(slots=True)
class _Translator:
    """A tree with the translations of its texts, by where they begin."""

    tree: Tree
    source: str
    to: Language
    lexicon: Lexicon
    grammar: Grammar
    fallback: Fallback | None
    found: dict[int, Translation] = field(default_factory=dict)

    def read(self) -> None:
        """Translate every text on its own."""
        for node in _texts(self.tree.nodes):
            text = node.span.of(self.tree.text)
            if _SHOUTED.search(text):
                continue  # a word that the language reads elsewhere: it stays what it is
            translated = translate_words(text, self.lexicon, self.grammar, to=self.to, fallback=self.fallback)
            placed = self.placed(translated, node.span.start)
            if not _is_syntax(placed.text) or _is_syntax(text):
                self.found[node.span.start] = placed

    def placed(self, translation: Translation, start: int) -> Translation:
        """A translation whose pieces speak of the whole prompt, as it was written."""
        pieces = tuple(
            replace(
                piece,
                start=piece.start + start,
                end=piece.end + start,
                source=self.source[piece.start + start : piece.end + start],
            )
            for piece in translation.pieces
        )
        text = translation.text if not self.fallback else _without_syntax(translation)
        return Translation(text=text, pieces=pieces)

    def ask(self, provider: "Provider") -> tuple[str, ...]:
        """Have a provider translate each text that nobody knew all of; what went wrong."""
        open_texts = {
            start: translation
            for start, translation in self.found.items()
            if any(piece.origin == "untranslated" for piece in translation.pieces)
        }
        if not open_texts:
            return ()
        spans = [
            (start, translation.pieces[0].start, translation.pieces[-1].end) for start, translation in open_texts.items()
        ]
        answer = provider.translate([self.source[first:last] for _, first, last in spans], self.to)
        for (start, first, last), said in zip(spans, answer.texts, strict=False):
            if said and (plain := escaped(said)):
                self.found[start] = self.provided(open_texts[start], start, first, last, plain)
        return answer.problems

    def provided(self, before: Translation, start: int, first: int, last: int, said: str) -> Translation:
        """A text with one piece of a provider's in the place of its pieces."""
        text = next(node.span for node in _texts(self.tree.nodes) if node.span.start == start).of(self.tree.text)
        piece = replace(
            before.pieces[0],
            start=first,
            end=last,
            source=self.source[first:last],
            target=said,
            origin="provider",
            confidence=_PROVIDED,
            note="",
        )
        return Translation(text=text[: first - start] + said + text[last - start :], pieces=(piece,))

    def written(self) -> str:
        """The prompt with its translations."""
        return _Writer(self.tree, self.found, self.to).write()

    def pieces(self) -> tuple[Piece, ...]:
        """All pieces in order."""
        return tuple(piece for start in sorted(self.found) for piece in self.found[start].pieces)


def _texts(nodes: Sequence[Node]) -> Iterator[Text]:
    for node in nodes:
        if isinstance(node, Text):
            yield node
        else:
            yield from _texts(children(node))


@dataclass(slots=True)
class _Writer:
    """What was written so far of a translated tree."""

    tree: Tree
    found: dict[int, Translation]
    to: Language
    text: str = ""
    is_open: bool = False

    def write(self) -> str:
        """The whole prompt."""
        self.nodes(self.tree.nodes, 0, len(self.tree.text))
        return self.text

    def nodes(self, nodes: Sequence[Node], start: int, end: int) -> None:
        """What stands from `start` to `end`: nodes, and marks between them."""
        for node in nodes:
            self.mark(self.tree.text[start : node.span.start])
            self.node(node)
            start = node.span.end
        self.mark(self.tree.text[start:end])

    def node(self, node: Node) -> None:
        """One node."""
        own = node.span.of(self.tree.text)
        match node:
            case Text():
                translation = self.found.get(node.span.start)
                self.words(translation.text if translation else own, is_new=bool(translation and translation.pieces))
            case Separator() if own in "，、" and self.to == "en":
                following = self.tree.text[node.span.end : node.span.end + 1]
                self.text += "," if not following or following.isspace() else ", "
            case Break() | And() | Separator():
                self.text += own
            case _ if children(node):
                self.apart(own)
                self.nodes(children(node), node.span.start, node.span.end)
                self.is_open = True
            case _:
                self.text += own

    def words(self, said: str, *, is_new: bool) -> None:
        """Words, set apart from a group of words before them where the source had no space: 粉色(头发:1.2)."""
        if self.is_open and is_new and self.to == "en" and _WORD.match(said) and self.text[-1:] in {")", "]", "}"}:
            self.text += " "
        self.is_open = False
        self.text += said

    def apart(self, group: str) -> None:
        """Set a group apart from the translated word before it."""
        if self.to == "en" and has_chinese(group) and _WORD.match(self.text[-1:]):
            self.text += " "

    def mark(self, mark: str) -> None:
        """A bracket, a colon, a number."""
        self.text += mark


def _is_syntax(text: str) -> bool:
    """Whether a text means something to the language by itself: with a 的 left out, `:0.5的` would be a weight."""
    if not _SUSPECT.search(text):
        return False
    match parse(f"({text})").nodes:
        case (Weighted(number=None, body=body),):
            return not all(isinstance(node, Text | Escape | Separator) for node in (*body, *parse(text).nodes))
        case _:
            return True


def escaped(said: str) -> str:
    """Words of somebody else's as one tag's text: on one line, with nothing in them that means something."""
    plain = " ".join(said.replace("<", " ").replace(">", " ").replace("\\", " ").split())
    plain = _SHOUTED.sub(lambda match: match[0].lower(), plain).replace("__", "_").removeprefix("//")
    return _SYNTAX.sub(lambda match: f"\\{match[0]}", plain)


def _without_syntax(translation: Translation) -> str:
    """A translation in which words of the user's dictionary mean nothing to the language."""
    text = translation.text
    for piece in translation.pieces:
        if piece.origin == "dictionary" and _SYNTAX.search(piece.target):
            text = text.replace(piece.target, escaped(piece.target))
    return text
