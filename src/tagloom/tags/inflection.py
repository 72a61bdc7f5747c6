"""English words in other forms: plurals, singulars, numbers, adverbs of place; the exceptions are the grammar's."""

from typing import Final

from tagloom.tags.vocabulary import Grammar

NUMBERS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SIBILANTS: Final = ("s", "x", "z", "ch", "sh")
_SINGULAR_ENDINGS: Final = ("ss", "us", "is")


def number_word(number: int) -> str:
    """A number in words up to twelve, in digits above."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else str(number)


def plural(phrase: str, grammar: Grammar) -> str:
    """A noun phrase with its last word in the plural; one that is plural already stays."""
    known = grammar.plurals.get(phrase)
    if known:
        return known
    rest, space, noun = phrase.rpartition(" ")
    if (known := grammar.plurals.get(noun)) or noun in grammar.singulars:
        return rest + space + (known or noun)
    if noun.endswith("s") and not noun.endswith(_SINGULAR_ENDINGS):
        return phrase
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{phrase[:-1]}ies"
    return phrase + ("es" if noun.endswith(_SIBILANTS) else "s")


def singular(phrase: str, grammar: Grammar) -> str:
    """A noun phrase with its last word in the singular, as it stands before another noun: `flower` crown."""
    rest, space, noun = phrase.rpartition(" ")
    if noun in grammar.plurals or len(noun) < 4:
        return phrase
    if known := grammar.singulars.get(noun):
        return rest + space + known
    if not noun.endswith("s") or noun.endswith(_SINGULAR_ENDINGS):
        return phrase
    if noun.endswith("ies"):
        return f"{phrase[:-3]}y"
    return phrase[:-2] if noun[:-2].endswith(("x", "ch", "sh", "ss")) else phrase[:-1]


def participle(verb: str, grammar: Grammar) -> str:
    """What is done to something, for a verb in -ing: chased for chasing, caught for catching."""
    first, space, rest = verb.partition(" ")
    if known := grammar.participles.get(first):
        return known + space + rest
    stem = first.removesuffix("ing")
    return (f"{stem[:-1]}ied" if stem.endswith("y") and stem[-2:-1] not in "aeiou" else f"{stem}ed") + space + rest


def adverb(adjective: str) -> str:
    """How something is done: angrily for angry, gently for gentle."""
    if adjective.endswith("le") and adjective[-3:-2] not in "aeiou":
        return f"{adjective[:-1]}y"
    return f"{adjective[:-1]}ily" if adjective.endswith("y") else f"{adjective}ly"
