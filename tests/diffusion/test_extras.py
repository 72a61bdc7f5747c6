"""LoRAs and textual inversions in pictures: scheduled, several, batched, in both prompts - against direct computations."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from tagloom.catalog import Catalog, NetworkFiles
from tagloom.diffusion import DiffusionEngine, Stepper, fork
from tagloom.diffusion.route import Route
from tagloom.diffusion.runtime import Replacement
from tagloom.diffusion.runtime.protocol import Floats
from tagloom.diffusion.runtime.torch_runtime import TorchRuntime
from tagloom.diffusion.weights import Networks, load_model
from tagloom.diffusion.weights.original_names import unet_source
from tagloom.engine import Finished, ModelFacts, Request, Started, UsedNetwork
from tagloom.errors import ModelDamagedError, ModelNotFoundError, ModelUnsupportedError
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer
from tests.diffusion.lora_files import changes, kohya, weights_of, written
from tests.diffusion.small_models import small_model
from tests.diffusion.test_stepper import finish

RANK = 2
Merged = Callable[[Mapping[str, tuple[float, float]]], DiffusionEngine]


def names_of(networks: Networks, marks: tuple[str, ...]) -> dict[str, tuple[str, Tensor]]:
    """kohya's name -> (network, weight) of every module whose path has one of these marks in it."""
    parts = {"lora_unet_": networks.unet, "lora_te_text_model_": networks.text_encoder}
    return {
        prefix + path.replace(".", "_"): (prefix + path, weight)
        for prefix, network in parts.items()
        for path, weight in weights_of(network).items()
        if any(mark in path for mark in marks)
    }


@pytest.fixture(scope="module")
def plain(paperdoll: ModelFacts) -> Networks:
    return load_model(paperdoll)


@pytest.fixture(scope="module")
def files(plain: Networks, tmp_path_factory: pytest.TempPathFactory) -> NetworkFiles:
    """`ink` changes attention and text, `gold` convolutions, `text` the text encoder alone."""
    folder = tmp_path_factory.mktemp("extras")
    for name in ("loras", "embeddings"):
        (folder / name).mkdir()
    for seed, (name, marks) in enumerate(MARKS.items()):
        weights = {key: weight for key, (_, weight) in names_of(plain, marks).items()}
        written(folder / "loras" / f"{name}.safetensors", kohya(weights, rank=RANK, alpha=4.0, seed=1000 * seed))
    chance = torch.Generator().manual_seed(5)
    for name, count in (("crayon", 3), ("wash style", 20), ("bad_hands", 2)):
        save_file({"emb_params": torch.randn(count, 192, generator=chance)}, folder / "embeddings" / f"{name}.safetensors")
    save_file({"emb_params": torch.zeros(1, 768)}, folder / "embeddings" / "tree.safetensors")
    return NetworkFiles(lora_folders=(folder / "loras",), embedding_folders=(folder / "embeddings",))


MARKS = {"ink": ("attn", "mlp"), "gold": ("conv1", "conv2", "proj_in"), "text": ("q_proj", "fc1")}


@pytest.fixture(scope="module")
def painter(paperdoll: ModelFacts, files: NetworkFiles) -> DiffusionEngine:
    """The engine under test; it serves all tests, one after the other, so that nothing may stay behind in it."""
    runtime = TorchRuntime(load_model(paperdoll), device="cpu", precision="fp32")
    return DiffusionEngine(runtime, paperdoll, load_tokenizer(), version="test", files=files)


@pytest.fixture(scope="module")
def merged(paperdoll: ModelFacts, files: NetworkFiles) -> Merged:
    """An engine without extras whose networks were changed beforehand: W + weight * alpha / rank * up @ down."""

    def make(weights: Mapping[str, tuple[float, float]]) -> DiffusionEngine:
        networks = load_model(paperdoll)
        for network in (networks.unet, networks.text_encoder):
            network.float()
        for name, (unet_weight, text_weight) in weights.items():
            names = names_of(networks, MARKS[name])
            added = changes(load_file(files.lora(name).path), names)
            for key, (place, _) in names.items():
                is_unet = place.startswith("lora_unet_")
                network = networks.unet if is_unet else networks.text_encoder
                path = place.removeprefix("lora_unet_").removeprefix("lora_te_text_model_")
                weight = network.get_submodule(path).weight
                assert isinstance(weight, Tensor)
                weight.data = weight.data + (unet_weight if is_unet else text_weight) * added[key]
        runtime = TorchRuntime(networks, device="cpu", precision="fp32")
        return DiffusionEngine(runtime, paperdoll, load_tokenizer(), version="test")

    return make


def latents(engine: DiffusionEngine, request: Request) -> Floats:
    return engine.runtime.to_numpy(finish(engine, request).latents)


def close(got: Floats, expected: Floats, most: float = 1e-4) -> bool:
    return bool(np.abs(got - expected).max() / np.abs(expected).max() < most)


def stepped(*turns: tuple[DiffusionEngine, Route, int]) -> Floats:
    """Latents after each engine has done so many steps in its turn, each with its own networks and texts."""
    engine, route, _ = turns[0]
    trajectory = engine.stepper.start(route)
    for engine, route, count in turns:
        trajectory = fork(trajectory, route.request)
        for _ in range(count):
            (trajectory,) = engine.stepper.advance([(trajectory, route)])
    assert trajectory.is_finished
    return engine.runtime.to_numpy(trajectory.latents)


@pytest.mark.parametrize(
    ("said", "weights"),
    [
        ("<lora:ink>", {"ink": (1.0, 1.0)}),
        ("<lora:ink:0.8:-0.5>", {"ink": (0.8, -0.5)}),
        ("<lora:ink:0:1>", {"ink": (0.0, 1.0)}),
        ("<lora:gold:0.7><lyco:INK:0.3:0.9>", {"gold": (0.7, 0.7), "ink": (0.3, 0.9)}),
        ("<lora:ink:0.4><lora:ink:0.5>", {"ink": (0.9, 0.9)}),
        ("<lora:text:2>", {"text": (2.0, 2.0)}),
    ],
)
def test_a_picture_with_loras_is_that_of_a_model_with_merged_weights(
    said: str, weights: dict[str, tuple[float, float]], painter: DiffusionEngine, merged: Merged, request_: Request
) -> None:
    got = latents(painter, replace(request_, prompt=f"{request_.prompt} {said}", steps=3))
    expected = latents(merged(weights), replace(request_, prompt=f"{request_.prompt} ", steps=3))
    assert close(got, expected)
    assert not close(got, latents(painter, replace(request_, steps=3)), 1e-3)


def test_after_loras_a_picture_without_any_is_the_same_bit_for_bit(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, steps=3)
    before = latents(painter, request)
    latents(painter, replace(request, prompt="girl <lora:ink:3><lora:gold>"))
    assert latents(painter, request).tobytes() == before.tobytes()


def test_a_scheduled_lora_acts_on_its_steps_alone(
    painter: DiffusionEngine, merged: Merged, engine: DiffusionEngine, request_: Request
) -> None:
    """Two engines take turns: one with merged weights, one without; texts and negative prompt are encoded by each."""
    request = replace(request_, prompt="1girl, [<lora:ink:0.8:0.6>:fox:2]", steps=5, sampler="DPM++ 2M")
    with_ink = merged({"ink": (0.8, 0.6)})
    early = with_ink.route(replace(request, prompt="1girl, "))
    late = engine.route(replace(request, prompt="1girl, fox"))
    assert close(latents(painter, request), stepped((with_ink, early, 2), (engine, late, 3)))


def test_alternating_loras_take_turns_step_by_step(painter: DiffusionEngine, merged: Merged, request_: Request) -> None:
    request = replace(request_, prompt="1girl[<lora:ink>|<lora:gold:0.5>]", steps=4)
    turns = [merged({"ink": (1.0, 1.0)}), merged({"gold": (0.5, 0.5)})] * 2
    routes = [engine.route(replace(request, prompt="1girl")) for engine in turns]
    expected = stepped(*((engine, route, 1) for engine, route in zip(turns, routes, strict=True)))
    assert close(latents(painter, request), expected)


def test_a_sampler_of_two_calls_a_step_has_one_set_in_both(
    painter: DiffusionEngine, merged: Merged, engine: DiffusionEngine, request_: Request
) -> None:
    request = replace(request_, prompt="1girl[<lora:ink>::1]", steps=3, sampler="Heun")
    with_ink, plain_request = merged({"ink": (1.0, 1.0)}), replace(request, prompt="1girl")
    expected = stepped((with_ink, with_ink.route(plain_request), 1), (engine, engine.route(plain_request), 2))
    assert close(latents(painter, request), expected)


def test_under_a1111_s_ways_a_lora_is_on_at_all_steps(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, prompt="1girl[<lora:ink>:2]", steps=3, compat="a1111")
    everywhere = latents(painter, replace(request, prompt="1girl<lora:ink>"))
    assert close(latents(painter, request), everywhere)
    assert not close(latents(painter, replace(request, compat="exact")), everywhere, 1e-3)


def test_pictures_with_other_loras_may_share_a_step(painter: DiffusionEngine, request_: Request) -> None:
    prompts = [
        "1girl <lora:ink>",
        "1girl",
        "a fox <lora:gold:0.5> BREAK tree",
        "1girl <lora:ink>",
        "[<lora:text>|<lora:ink>] fox",
    ]
    requests = [replace(request_, prompt=prompt, steps=3, seed=seed) for seed, prompt in enumerate(prompts)]
    routes = [painter.route(request) for request in requests]
    together = [painter.stepper.start(route) for route in routes]
    for _ in range(3):
        together = list(painter.stepper.advance(list(zip(together, routes, strict=True))))
    for request, trajectory in zip(requests, together, strict=True):
        assert close(painter.runtime.to_numpy(trajectory.latents), latents(painter, request))


def test_the_network_is_called_once_for_each_set_of_loras(
    painter: DiffusionEngine, paperdoll: ModelFacts, request_: Request
) -> None:
    runtime = painter.runtime
    assert isinstance(runtime, TorchRuntime)
    rows: list[int] = []
    hook = runtime._unet.register_forward_hook(lambda _, given, __: rows.append(len(given[0])))
    try:
        routes = [painter.route(replace(request_, prompt=f"girl{said}")) for said in ("", "<lora:ink>", "", "<lora:ink>")]
        stepper = Stepper(runtime, paperdoll)
        stepper.advance([(stepper.start(route), route) for route in routes])
    finally:
        hook.remove()
    assert rows == [4, 4]


def test_what_was_used_stands_in_the_picture_s_provenance(
    painter: DiffusionEngine, files: NetworkFiles, request_: Request
) -> None:
    request = replace(request_, prompt="girl, crayon <lora:ink:0.5>", negative_prompt="<embedding:BAD_HANDS>", steps=1)
    *_, finished = painter.generate(request)
    assert isinstance(finished, Finished)
    assert finished.provenance.networks == (
        UsedNetwork(kind="lora", name="ink", hash=files.lora("ink").hash),
        UsedNetwork(kind="embedding", name="bad_hands", hash=files.embedding("bad_hands").hash),
        UsedNetwork(kind="embedding", name="crayon", hash=files.embedding("crayon").hash),
    )


@pytest.mark.parametrize(
    ("prompt", "negative", "message"),
    [
        (
            "girl <lora:inkk:1>",
            "",
            r"there is no LoRA 'inkk': the prompt says <lora:inkk:1> at column 6 \(did you mean 'ink'",
        ),
        ("girl,\nfox [<lora:x>:30]", "", "there is no LoRA 'x': the prompt says <lora:x> at line 2, column 6"),
        (
            "<embedding:crayom>",
            "",
            "no textual inversion 'crayom': the prompt says <embedding:crayom> at column 1.*'crayon'",
        ),
        ("girl", "a <embedding:x>", "the negative prompt says <embedding:x> at column 3"),
    ],
)
def test_an_unknown_name_is_refused_before_painting_with_its_place(
    prompt: str, negative: str, message: str, painter: DiffusionEngine, request_: Request
) -> None:
    events = painter.generate(replace(request_, prompt=prompt, negative_prompt=negative, steps=40))
    with pytest.raises(ModelNotFoundError, match=message):
        next(events)


def test_a_lora_that_starts_late_is_checked_before_the_first_step(
    paperdoll: ModelFacts, painter: DiffusionEngine, request_: Request, tmp_path: Path
) -> None:
    written(tmp_path / "xl.safetensors", kohya({"lora_te2_text_projection": torch.empty(4, 4)}))
    (tmp_path / "page.safetensors").write_bytes(b"<html>")
    engine = DiffusionEngine(
        painter.runtime, paperdoll, load_tokenizer(), version="test", files=NetworkFiles(lora_folders=(tmp_path,))
    )
    with pytest.raises(ModelUnsupportedError, match="models with two text encoders"):
        next(engine.generate(replace(request_, prompt="girl[<lora:xl:1:0>:5]")))
    with pytest.raises(ModelDamagedError, match="web page"):
        next(engine.generate(replace(request_, prompt="girl[<lora:page:1:0>:5]")))


def test_what_has_no_effect_is_told(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, prompt="girl, tree <hypernet:x:1>", negative_prompt="<lora:nobody:1>")
    started = next(painter.generate(request))
    assert isinstance(started, Started)
    *others, unread = started.notices
    assert others == ["<hypernet:x> is no LoRA: it has no effect", "<lora:nobody> has no effect in the negative prompt"]
    assert unread.startswith("'tree' is read as words: ")
    assert unread.endswith("tree.safetensors is a textual inversion of width 768; this model's text takes 192")


def test_a_textual_inversion_of_another_width_is_refused_where_it_is_named_outright(
    painter: DiffusionEngine, request_: Request
) -> None:
    with pytest.raises(ModelUnsupportedError, match="tree.safetensors is a textual inversion of width 768"):
        painter.route(replace(request_, prompt="<embedding:tree>"))


def encoded(painter: DiffusionEngine, chunks: list[list[int | Floats]]) -> Floats:
    """The context of chunks, each given as token ids and vectors, computed directly by the network."""
    runtime = painter.runtime
    states = []
    for chunk in chunks:
        ids = [BEGIN_OF_TEXT, *(part if isinstance(part, int) else 0 for part in chunk)]
        ids += [END_OF_TEXT] * (77 - len(ids))
        placed = [(place, part) for place, part in enumerate(chunk, start=1) if not isinstance(part, int)]
        states.append(runtime.encode_text(ids, [Replacement(position=at, vector=v) for at, v in placed]).states[-1])
    return np.concatenate(states)


def context(painter: DiffusionEngine, request: Request) -> Floats:
    (moment,) = painter.route(request).conditioning.moments
    return painter.runtime.to_numpy(moment.parts[0][0].context)


def vectors_of(files: NetworkFiles, name: str) -> list[Floats]:
    loaded: list[Floats] = list(load_file(files.embedding(name).path)["emb_params"].numpy())
    return loaded


@pytest.mark.parametrize(
    "said", ["a <embedding:crayon> fox", "a <embedding:CRAYON.safetensors> fox", "a crayon fox", "A Crayon FOX"]
)
def test_a_textual_inversion_stands_where_its_name_stands(
    said: str, painter: DiffusionEngine, files: NetworkFiles, request_: Request
) -> None:
    a, fox = load_tokenizer().encode_ids("a fox")
    expected = encoded(painter, [[a, *vectors_of(files, "crayon"), fox]])
    assert np.array_equal(context(painter, replace(request_, prompt=said, negative_prompt="")), expected)


def test_a_textual_inversion_moves_whole_across_a_chunk_s_boundary(
    painter: DiffusionEngine, files: NetworkFiles, request_: Request
) -> None:
    words = load_tokenizer().encode_ids("fox " * 60)
    expected = encoded(painter, [[*words], [*vectors_of(files, "wash style"), words[0]]])
    for said in ("<embedding:wash style>", "wash style"):
        got = context(painter, replace(request_, prompt=f"{'fox ' * 60}{said} fox", negative_prompt=""))
        assert np.array_equal(got, expected)


def test_a_textual_inversion_in_the_negative_prompt_changes_the_negative_condition_alone(
    painter: DiffusionEngine, files: NetworkFiles, request_: Request
) -> None:
    (moment,) = painter.route(replace(request_, prompt="a fox", negative_prompt="a bad_hands")).conditioning.moments
    a, fox = load_tokenizer().encode_ids("a fox")
    assert np.array_equal(painter.runtime.to_numpy(moment.parts[0][0].context), encoded(painter, [[a, fox]]))
    expected = encoded(painter, [[a, *vectors_of(files, "bad_hands")]])
    assert np.array_equal(painter.runtime.to_numpy(moment.negative.context), expected)


def test_where_underscores_are_read_as_spaces_a_name_with_them_is_found_too(
    painter: DiffusionEngine, files: NetworkFiles, request_: Request
) -> None:
    (a,) = load_tokenizer().encode_ids("a")
    expected = encoded(painter, [[a, *vectors_of(files, "bad_hands")]])
    for said in ("a bad_hands", "a <embedding:bad_hands>"):
        request = replace(request_, prompt=said, negative_prompt="", underscores="space")
        assert np.array_equal(context(painter, request), expected)


def test_texts_are_encoded_with_the_loras_of_their_steps(
    painter: DiffusionEngine, merged: Merged, engine: DiffusionEngine, request_: Request
) -> None:
    """The LoRAs of the prompt act on the negative prompt of the same steps too, as in the web UIs."""
    request = replace(request_, prompt="fox[<lora:text>:2]", negative_prompt="hat", steps=4)
    first, second = painter.route(request).conditioning.moments
    plain_request = replace(request, prompt="fox")
    for moment, other in ((first, engine), (second, merged({"text": (1.0, 1.0)}))):
        (expected,) = other.route(plain_request).conditioning.moments
        for got, wanted in ((moment.parts[0][0], expected.parts[0][0]), (moment.negative, expected.negative)):
            assert close(painter.runtime.to_numpy(got.context), other.runtime.to_numpy(wanted.context))
    assert not close(
        painter.runtime.to_numpy(first.negative.context), painter.runtime.to_numpy(second.negative.context), 1e-3
    )


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> ModelFacts:
    """A small random SDXL model: two text encoders, of 64 and 128 channels."""
    return Catalog().find(str(small_model("sdxl").folder(tmp_path_factory.mktemp("sdxl") / "model")))


def test_sdxl_s_loras_change_both_text_encoders_and_the_u_net_by_its_original_names(
    sdxl: ModelFacts, request_: Request, tmp_path: Path
) -> None:
    networks, changed = load_model(sdxl), load_model(sdxl)
    prefixes = ("lora_te1_text_model_", "lora_te2_text_model_", "lora_unet_")
    tensors: dict[str, Tensor] = {}
    for number, prefix in enumerate(prefixes):
        network = (*changed.text_encoders, changed.unet)[number]
        for path, weight in weights_of(network).items():
            if "attn" in path:
                name = path
                if prefix == "lora_unet_":
                    name = unet_source(f"{path}.weight", networks.unet.config).key.removesuffix(".weight")
                key = prefix + name.replace(".", "_")
                own = kohya({key: weight}, rank=RANK, alpha=1.0, seed=len(tensors))
                tensors |= own
                weight.copy_(weight + (0.5 if prefix == "lora_unet_" else 0.25) * changes(own, [key])[key])
    assert any(name.startswith("lora_unet_input_blocks_3_1_transformer_blocks_0_attn1_to_q") for name in tensors)
    written(tmp_path / "ink.safetensors", tensors)
    files = NetworkFiles(lora_folders=(tmp_path,))
    made = [
        DiffusionEngine(TorchRuntime(n, device="cpu", precision="fp32"), sdxl, load_tokenizer(), version="test", files=f)
        for n, f in ((networks, files), (changed, NetworkFiles()))
    ]
    request = replace(request_, prompt="1girl<lora:ink:0.5:0.25>", steps=2, width=16, height=16)
    expected = latents(made[1], replace(request, prompt="1girl"))
    assert close(latents(made[0], request), expected)
    assert not close(latents(made[0], replace(request, prompt="1girl")), expected, 1e-3)


def test_sdxl_s_textual_inversions_give_each_encoder_its_own_vectors(
    sdxl: ModelFacts, request_: Request, tmp_path: Path
) -> None:
    chance = torch.Generator().manual_seed(3)
    pair = {name: torch.randn(2, width, generator=chance) for name, width in (("clip_l", 64), ("clip_g", 128))}
    save_file(pair, tmp_path / "crayon.safetensors")
    runtime = TorchRuntime(load_model(sdxl), device="cpu", precision="fp32")
    files = NetworkFiles(embedding_folders=(tmp_path,))
    engine = DiffusionEngine(runtime, sdxl, load_tokenizer(), version="test", files=files)
    request = replace(request_, prompt="a crayon fox", width=16, height=16)
    a, fox = load_tokenizer().encode_ids("a fox")
    encoded_by = []
    for number, (name, padding) in enumerate((("clip_l", END_OF_TEXT), ("clip_g", 0))):
        ids = [BEGIN_OF_TEXT, a, 0, 0, fox, END_OF_TEXT, *[padding] * 71]
        placed = [Replacement(position=2 + index, vector=vector.numpy()) for index, vector in enumerate(pair[name])]
        encoded_by.append(runtime.encode_text(ids, placed, number))
    (moment,) = engine.route(request).conditioning.moments
    condition = moment.parts[0][0]
    assert np.array_equal(
        runtime.to_numpy(condition.context), np.concatenate([one.states[-2] for one in encoded_by], axis=1)
    )
    assert np.array_equal(runtime.to_numpy(condition.added)[: sdxl.pooled_width], encoded_by[1].pooled)
