"""The bundled model's world speaks the lexicon's words."""

from tagloom.tags.lexicon import load_lexicon
from training.paperdoll.captions import facts
from training.paperdoll.data import TRAINING, scene
from training.paperdoll.scene import COLORS


def test_the_lexicon_knows_every_tag_that_the_bundled_model_was_taught() -> None:
    lexicon = load_lexicon()
    taught = {fact.tag for number in range(1500) for fact in facts(scene(TRAINING, number)) if fact.tag}
    named = {
        tag.split(" ", 1)[1] if tag.split(" ", 1)[0] in COLORS and lexicon.english(tag) is None else tag for tag in taught
    }
    assert [tag for tag in sorted(named - {"flat"}) if lexicon.english(tag) is None] == []
