"""From plans to contexts: emphasis modes, layers, lengths, and A1111's ways under compat."""

from dataclasses import replace

import numpy as np
import pytest

from tagloom.diffusion import DiffusionEngine
from tagloom.diffusion.conditioning import Conditioner
from tagloom.diffusion.emphasis import emphasise, restore_mean
from tagloom.diffusion.reading import reading_of
from tagloom.diffusion.text_contexts import clip_layer
from tagloom.engine import ModelFacts, Request
from tagloom.engine.model import Family
from tagloom.prompt import compile
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

Z = np.array([[[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]]], dtype=np.float32)
WEIGHTS = np.array([[1.0, 1.2, 1.0]], dtype=np.float32)
EMPTY = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], dtype=np.float32)


def contexts(engine: DiffusionEngine, request: Request) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """The first part's context of every moment."""
    moments = engine.route(request).conditioning.moments
    return [engine.runtime.to_numpy(moment.parts[0][0].context) for moment in moments]


def test_emphasis_equals_the_reference_tools() -> None:
    no_norm = Z * WEIGHTS[..., None]
    assert np.allclose(emphasise("no_norm", Z, WEIGHTS, EMPTY), [[[1.0, 2.0], [3.6, -1.2], [0.5, 4.0]]])
    assert np.allclose(emphasise("original", Z, WEIGHTS, EMPTY), no_norm * (Z.mean() / no_norm.mean()))
    assert np.allclose(emphasise("comfy", Z, WEIGHTS, EMPTY), [[[1.0, 2.0], [3.54, -1.28], [0.5, 4.0]]])
    assert np.array_equal(emphasise("ignore", Z, WEIGHTS, EMPTY), Z)


def test_original_emphasis_over_a_batch_equals_the_reference_tool() -> None:
    z = np.array([*Z, [[2.0, 2.0], [1.0, 1.0], [-3.0, 5.0]]], dtype=np.float32)
    weights = np.array([[1.0, 1.2, 1.0], [1.0, 0.5, 1.0]], dtype=np.float32)
    expected = [
        [
            [1.0355029585798816, 2.0710059171597632],
            [3.7278106508875735, -1.242603550295858],
            [0.5177514792899408, 4.1420118343195265],
        ],
        [
            [2.0710059171597632, 2.0710059171597632],
            [0.5177514792899408, 0.5177514792899408],
            [-3.106508875739645, 5.177514792899408],
        ],
    ]
    assert np.allclose(restore_mean(z, z * weights[..., None]), expected)


def test_a_mean_of_zero_leaves_the_weighted_embedding() -> None:
    weighted = np.array([[1.0, -1.0]], dtype=np.float32)
    assert np.array_equal(restore_mean(Z, weighted), weighted)


@pytest.mark.parametrize("mode", ["original", "no_norm", "ignore", "comfy"])
def test_without_weights_every_emphasis_is_the_same(mode: str, engine: DiffusionEngine, request_: Request) -> None:
    plain = contexts(engine, replace(request_, prompt="a girl, a fox", emphasis="ignore"))
    got = contexts(engine, replace(request_, prompt="a girl, a fox", emphasis=mode))  # type: ignore[arg-type]  # literals
    assert np.allclose(plain[0], got[0], atol=1e-6)


def test_a_fractional_clip_skip_lies_between_its_neighbours() -> None:
    states = np.arange(13, dtype=np.float32)[:, None, None] * np.ones((13, 77, 2), np.float32)
    assert [float(clip_layer(states, skip)[0, 0]) for skip in (1.0, 2.0, 12.0)] == [12.0, 11.0, 1.0]
    assert float(clip_layer(states, 2.25)[0, 0]) == 10.75


def test_a_chunk_is_encoded_once_and_alone(engine: DiffusionEngine, paperdoll: ModelFacts, request_: Request) -> None:
    calls: list[tuple[int, ...]] = []

    class Counting:
        """The runtime, counting what is encoded."""

        facts = engine.runtime.facts
        examine, read_vectors = engine.runtime.examine, engine.runtime.read_vectors
        predict, decode, preview = engine.runtime.predict, engine.runtime.decode, engine.runtime.preview
        encode = engine.runtime.encode
        from_numpy, to_numpy = engine.runtime.from_numpy, engine.runtime.to_numpy

        def encode_text(self, token_ids, replacements, encoder=0, adapters=()):  # type: ignore[no-untyped-def]  # the protocol's own types
            calls.append(tuple(token_ids))
            return engine.runtime.encode_text(token_ids, replacements, encoder, adapters)

    conditioner = Conditioner(Counting(), load_tokenizer(), reading_of(paperdoll))
    request = replace(request_, prompt="[girl|fox], tree")
    plan, negative = compile(request.prompt, steps=6), compile("fox, tree", steps=6)
    for clip_skip in range(1, 13):
        conditioner.condition(plan, negative, replace(request, clip_skip=float(clip_skip)))
    assert len(calls) == len(set(calls)) == 3  # girl, fox, and the empty chunk that "comfy" needs


def test_contexts_of_unequal_length_repeat_to_a_common_one(engine: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, prompt="a BREAK b", negative_prompt="c")
    (moment,) = engine.route(request).conditioning.moments
    assert moment.parts[0][0].context.shape == moment.negative.context.shape == (154, 192)
    negative = engine.runtime.to_numpy(moment.negative.context)
    assert np.array_equal(negative[:77], negative[77:])


def test_lengths_without_a_small_common_multiple_stay_apart(engine: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, prompt="a BREAK b BREAK c", negative_prompt="d BREAK e BREAK f BREAK g")
    (moment,) = engine.route(request).conditioning.moments
    assert (moment.parts[0][0].context.shape, moment.negative.context.shape) == ((231, 192), (308, 192))


def test_compat_pads_and_parts_with_their_last_vector(engine: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, prompt="a BREAK b AND c", negative_prompt="d", compat="a1111")
    (moment,) = engine.route(request).conditioning.moments
    short = engine.runtime.to_numpy(moment.parts[1][0].context)
    assert short.shape == (154, 192)
    assert np.array_equal(short[77:], np.repeat(short[76:77], 77, axis=0))
    assert moment.negative.context.shape == (77, 192)


def test_compat_lets_one_entry_s_weight_change_another_s_embedding(engine: DiffusionEngine, request_: Request) -> None:
    weighted, plain = "[girl:(fox:1.5):3]", "girl"
    alone = contexts(engine, replace(request_, prompt=plain))[0]
    exact = contexts(engine, replace(request_, prompt=weighted))[0]
    compat = contexts(engine, replace(request_, prompt=weighted, compat="a1111"))[0]
    assert np.array_equal(exact, alone)
    assert not np.allclose(compat, alone, atol=1e-4)
    assert np.allclose(compat / alone, (compat / alone)[0, 0], rtol=1e-3)  # one factor for the whole embedding


def test_compat_without_weights_changes_nothing(engine: DiffusionEngine, request_: Request) -> None:
    for emphasis in ("original", "no_norm"):
        request = replace(request_, prompt="[girl:fox:3]", emphasis=emphasis)
        exact, compat = contexts(engine, request), contexts(engine, replace(request, compat="a1111"))
        assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(exact, compat, strict=True))


def test_and_in_a_negative_prompt_is_read_as_one_text(engine: DiffusionEngine, request_: Request) -> None:
    joined = engine.route(replace(request_, negative_prompt="a AND b")).conditioning.moments[0].negative.context
    assert joined.shape == (77, 192)


@pytest.mark.parametrize(("family", "padding"), [("sd1", END_OF_TEXT), ("sd2", 0)])
def test_chunks_are_filled_up_as_the_family_s_encoder_was_trained(
    family: Family, padding: int, engine: DiffusionEngine, paperdoll: ModelFacts, request_: Request
) -> None:
    model = replace(paperdoll, family=family)
    other = DiffusionEngine(engine.runtime, model, load_tokenizer(), version="test")
    ids = (BEGIN_OF_TEXT, 2368, END_OF_TEXT, *[padding] * 74)
    expected = engine.runtime.encode_text(ids, []).states[-1]
    assert np.array_equal(contexts(other, replace(request_, prompt="cat"))[0], expected)
