"""The configurations of a diffusers folder: whatever they say, they are built, or refused in one clear line."""

import inspect
import itertools
import json
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tagloom.catalog import ConfigFile, read_config, read_folder
from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights.configs import autoencoder_config, text_encoder_config, unet_config
from tagloom.engine import ModelFacts
from tagloom.errors import ModelDamagedError, ModelError, ModelUnsupportedError
from tagloom.sampling import SAMPLERS, SCHEDULES, noise_levels, run_sigmas

UNET, VAE, TEXT, NOISE = "unet/config.json", "vae/config.json", "text_encoder/config.json", "scheduler/scheduler_config.json"
HUGE: Final = 10**9


def described(folder: Path, root: Path, changes: Mapping[str, Mapping[str, object]]) -> Path:
    """A folder with the configurations of another, changed, and without weights."""
    for name in (UNET, VAE, TEXT, NOISE):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(json.loads((folder / name).read_text()) | changes.get(name, {})))
    return root


def build(folder: Path) -> ModelFacts:
    """Everything that is made of the configurations: the facts, and the networks without weights."""
    facts = read_folder(folder, "model")
    unet = unet_config(read_config(folder / UNET))
    vae = autoencoder_config(read_config(folder / VAE))
    text = text_encoder_config(read_config(folder / TEXT))
    with torch.device("meta"):
        UNet(unet), Autoencoder(vae), TextEncoder(text)
    return facts


DAMAGED: dict[str, tuple[str, dict[str, object], str]] = {
    "a billion layers": (TEXT, {"num_hidden_layers": HUGE}, "'num_hidden_layers' is 1000000000, where a whole number from"),
    "no layers": (TEXT, {"num_hidden_layers": 0}, "'num_hidden_layers' is 0"),
    "a billion tokens": (TEXT, {"vocab_size": HUGE}, "'vocab_size' is 1000000000"),
    "a billion channels": (TEXT, {"hidden_size": HUGE}, "'hidden_size' is 1000000000"),
    "heads that do not share out": (TEXT, {"num_attention_heads": 5}, "'num_attention_heads' is 5, where a divisor of"),
    "an epsilon that is none": (TEXT, {"layer_norm_eps": math.nan}, "'layer_norm_eps' is nan"),
    "levels without end": (UNET, {"block_out_channels": [48] * 100_000}, "'block_out_channels' is .* list of 1 to 8"),
    "a negative channel": (UNET, {"block_out_channels": [48, -96, 160]}, "'block_out_channels' is"),
    "a channel that is true": (UNET, {"block_out_channels": [48, True, 160]}, "'block_out_channels' is"),
    "a billion blocks": (UNET, {"layers_per_block": HUGE}, "'layers_per_block' is 1000000000"),
    "a billion transformers": (UNET, {"transformer_layers_per_block": HUGE}, "'transformer_layers_per_block' is 1000000000"),
    "many transformers": (UNET, {"transformer_layers_per_block": 200, "layers_per_block": 9}, "at most 1024 transformer"),
    "a head too many": (UNET, {"attention_head_dim": 7}, "'attention_head_dim' is 7, where divisors of"),
    "a billion heads": (UNET, {"attention_head_dim": HUGE}, "'attention_head_dim' is 1000000000"),
    "no heads": (UNET, {"attention_head_dim": 0}, "'attention_head_dim' is 0"),
    "heads in a list too short": (UNET, {"attention_head_dim": [4, 4]}, "where 3 whole numbers"),
    "heads by another name": (UNET, {"num_attention_heads": 7}, "'num_attention_heads' is 7, where divisors of"),
    "groups that do not divide": (UNET, {"norm_num_groups": 5}, "'norm_num_groups' is 5, where a divisor of"),
    "a picture without end": (UNET, {"sample_size": 513}, "'sample_size' is 513, where a whole number from 4 to 512"),
    "a picture of nothing": (UNET, {"sample_size": 3}, "'sample_size' is 3, where a whole number from 4 to 512"),
    "a picture with two sides": (UNET, {"sample_size": [32, 32]}, "'sample_size' is"),
    "an autoencoder without end": (VAE, {"block_out_channels": [32] * 64}, "'block_out_channels' is"),
    "an autoencoder without levels": (VAE, {"block_out_channels": []}, r"'block_out_channels' is \[\]"),
    "a billion autoencoder blocks": (VAE, {"layers_per_block": HUGE}, "'layers_per_block' is 1000000000"),
    "a scale of nothing": (VAE, {"scaling_factor": 0}, "'scaling_factor' is 0, where a number from"),
    "a scale without end": (VAE, {"scaling_factor": math.inf}, "'scaling_factor' is inf"),
    "no groups": (VAE, {"norm_num_groups": 0}, "'norm_num_groups' is 0"),
    "a negative beta": (NOISE, {"beta_start": -0.1}, "'beta_start' is -0.1"),
    "betas that fall": (NOISE, {"beta_start": 0.1}, "'beta_end' is 0.012, where a number from 'beta_start', 0.1,"),
    "a beta of one": (NOISE, {"beta_end": 1}, "'beta_end' is 1"),
    "a beta of nothing": (NOISE, {"beta_start": 1e-300}, "'beta_start' is 1e-300"),
    "a beta that is none": (NOISE, {"beta_end": math.nan}, "'beta_end' is nan"),
    "a billion timesteps": (NOISE, {"num_train_timesteps": HUGE}, "'num_train_timesteps' is 1000000000"),
    "no timesteps": (NOISE, {"num_train_timesteps": 0}, "'num_train_timesteps' is 0"),
    "fewer timesteps than steps": (NOISE, {"num_train_timesteps": 100}, "'num_train_timesteps' is 100"),
    "nothing left of a picture": (NOISE, {"beta_end": 0.4}, "'num_train_timesteps' is 1000, where at most 319, so that"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_configuration_is_refused_in_one_line(damage: str, paperdoll: ModelFacts, tmp_path: Path) -> None:
    name, change, message = DAMAGED[damage]
    folder = described(Path(paperdoll.path), tmp_path / "model", {name: change})
    with pytest.raises(ModelDamagedError, match=message) as caught:
        build(folder)
    assert caught.value.message.startswith(f"{folder / name}: ")
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < len(str(folder)) + 300


@pytest.mark.parametrize("name", [UNET, VAE, TEXT, NOISE])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 100_000, "is no JSON file"),
        (b'{"a": ' + b"9" * 100_000 + b"}", "is no JSON file"),
        (b'{"a": "' + b"x" * (1 << 24) + b'"}', "is too long for a configuration"),
        (None, "is (no file|missing)"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(
    name: str, content: bytes | None, message: str, paperdoll: ModelFacts, tmp_path: Path
) -> None:
    folder = described(Path(paperdoll.path), tmp_path, {})
    (folder / name).unlink()
    if content is None:
        (folder / name).mkdir()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelDamagedError, match=message) as caught:
        build(folder)
    assert str(folder / name) in caught.value.message


# What makes no difference to a picture: of training, of the tokenizer, or of diffusers' own samplers.
IRRELEVANT: Final = {
    "UNet2DConditionModel": {
        "addition_embed_type_num_heads",  # of another addition_embed_type than SDXL's
        "addition_time_embed_dim",  # the facts have it
        "dropout",
        "projection_class_embeddings_input_dim",  # of SDXL
        "sample_size",  # the facts have it
        "upcast_attention",  # torch adds up attention in float32 anyway
    },
    "AutoencoderKL": {"force_upcast", "sample_size"},  # ours always runs in float32 or bfloat16
    "CLIPTextConfig": {
        *("attention_dropout", "initializer_factor", "initializer_range"),
        *("bos_token_id", "eos_token_id", "pad_token_id"),  # CLIP's are known
        "projection_dim",  # of SDXL's second encoder
    },
}
STRANGE: Final = (False, True, None, 2, 0.5, "strange", "timestep", [1, 2])


def options(name: str) -> list[str]:
    """What a class of diffusers or transformers can be told about a network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import diffusers
        from transformers import CLIPTextConfig, PretrainedConfig

    if name == "CLIPTextConfig":
        return sorted(CLIPTextConfig().to_dict().keys() - PretrainedConfig().to_dict().keys())
    known = inspect.signature(getattr(diffusers, name).__init__).parameters
    return [option for option in known if option != "self"]


def answer(read: Callable[[ConfigFile], object], plain: ConfigFile, option: str, value: object) -> bool:
    """Whether a value of an option is refused by name or changes what is built."""
    try:
        return read(ConfigFile("config.json", {**plain.values, option: value})) != read(plain)
    except ModelError as error:
        return option in str(error)


READERS: Final[dict[str, tuple[str, Callable[[ConfigFile], object]]]] = {
    "UNet2DConditionModel": (UNET, unet_config),
    "AutoencoderKL": (VAE, autoencoder_config),
    "CLIPTextConfig": (TEXT, text_encoder_config),
}


@pytest.mark.parametrize("kind", READERS)
def test_every_option_of_the_reference_is_honoured_or_refused_by_name(kind: str, paperdoll: ModelFacts) -> None:
    """Another value than the model's own changes what is built, or is refused; there is no third."""
    name, read = READERS[kind]
    plain = read_config(Path(paperdoll.path) / name)
    known = options(kind)
    assert len(known) > 10
    assert set(known) >= IRRELEVANT[kind]
    for option in sorted(set(known) - IRRELEVANT[kind]):
        answers = [answer(read, plain, option, value) for value in STRANGE]
        assert any(answers), option
        if option not in plain.values:
            assert answers.count(False) <= 3, option  # the default itself, in two spellings, and null


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (UNET, {"flip_sin_to_cos": False}),
        (UNET, {"freq_shift": 1}),
        (UNET, {"norm_eps": 1e-6}),
        (UNET, {"dual_cross_attention": True}),
        (UNET, {"only_cross_attention": True}),
        (UNET, {"resnet_time_scale_shift": "scale_shift"}),
        (UNET, {"class_embed_type": "timestep"}),
        (UNET, {"act_fn": "mish"}),
        (UNET, {"mid_block_type": None}),
        (UNET, {"time_embedding_type": "fourier"}),
        (UNET, {"encoder_hid_dim": 768}),
        (VAE, {"latents_mean": [0.1] * 4}),
        (VAE, {"up_block_types": ["UpDecoderBlock2D", "AttnUpDecoderBlock2D", "UpDecoderBlock2D"]}),
        (VAE, {"use_post_quant_conv": False}),
        (VAE, {"act_fn": "relu"}),
        (TEXT, {"hidden_act": "gelu_new"}),
        (TEXT, {"model_type": "xlm-roberta"}),
        (NOISE, {"trained_betas": [0.1, 0.2]}),
        (NOISE, {"timestep_type": "continuous"}),
    ],
)
def test_a_network_that_is_not_built_is_unsupported_not_damaged(
    name: str, change: dict[str, object], paperdoll: ModelFacts, tmp_path: Path
) -> None:
    folder = described(Path(paperdoll.path), tmp_path, {name: change})
    with pytest.raises(ModelUnsupportedError, match=f"'{next(iter(change))}' is") as caught:
        build(folder)
    assert caught.value.hint == "SD 1.x, SD 2.x and SDXL base models can be painted with"


numbers = st.sampled_from([-1, 0, 1, 2, 3, 7, 8, 48, 77, 96, 160, 1000, 10**5, HUGE, 10**30, 0.5, 1e-9, -0.1, 1e300])
scalars = st.none() | st.booleans() | numbers | st.floats() | st.sampled_from(["", "silu", "gelu", "linear", "v_prediction"])
values = scalars | st.lists(scalars, max_size=9) | st.dictionaries(st.text(max_size=2), scalars, max_size=2)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_configuration_is_built_or_refused(data: st.DataObject, paperdoll: ModelFacts, tmp_path: Path) -> None:
    """No other error, no endless network; and what is accepted has noise levels that every schedule can walk down."""
    source = Path(paperdoll.path)
    changes: dict[str, dict[str, Any]] = {}
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from([UNET, VAE, TEXT, NOISE]))
        option = data.draw(st.sampled_from(sorted(json.loads((source / name).read_text()))))
        changes.setdefault(name, {})[option] = data.draw(values)
    try:
        facts = build(described(source, tmp_path, changes))
    except ModelError:
        return
    levels = noise_levels(
        facts.beta_schedule,
        facts.beta_start,
        facts.beta_end,
        facts.train_timesteps,
        zero_terminal_snr=facts.zero_terminal_snr,
    )
    assert 0 < levels.low < levels.high < math.inf
    sampler, schedule = data.draw(st.sampled_from(list(SAMPLERS.values()))), data.draw(st.sampled_from(list(SCHEDULES)))
    sigmas = run_sigmas(sampler, schedule, levels, data.draw(st.sampled_from([1, 2, 20, 150])))
    assert all(before > after for before, after in itertools.pairwise(sigmas))
