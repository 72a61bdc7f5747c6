"""Requests, provenances and pictures for the tests: one of each by name, and any of each for hypothesis."""

import re

from hypothesis import strategies as st

from tagloom.engine import InpaintMask, Picture, Provenance, Request, SecondPass, SourceImage

REQUEST = Request(
    prompt="1girl, pink hair, (sky blue eyes:1.2)",
    negative_prompt="lowres, bad hands",
    seed=42,
    steps=20,
    width=64,
    height=48,
    sampler="Euler a",
    schedule="Karras",
    guidance_scale=7.0,
    clip_skip=1.0,
    model="paperdoll",
    emphasis="original",
    noise="philox",
    compat="exact",
    underscores="keep",
)
PROVENANCE = Provenance(
    version="0.1.0",
    model_hash="0123456789",
    runtime="torch",
    device="cpu",
    precision="float32",
    threads=4,
    libraries=(("numpy", "2.4.6"), ("torch", "2.13.0")),
)
PICTURE = Picture(width=64, height=48, pixels=bytes(range(256)) * 36)

SOURCE_IMAGE = SourceImage(
    sha256="ab" * 32, width=64, height=48, strength=0.6, resize="crop", mask=InpaintMask(sha256="cd" * 32, fill="blur")
)
SECOND_PASS = SecondPass(
    width=128,
    height=96,
    upscaler="latent",
    steps=12,
    strength=0.7,
    prompt="1girl",
    negative_prompt="lowres",
    sampler="DPM++ 2M",
    schedule="Normal",
    guidance_scale=5.0,
)

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

any_text = st.text(st.characters(exclude_categories=())).filter(lambda text: not _PAIR.search(text))
"""Every string of code points, lone surrogates and NUL included; not a pair of surrogates that means one character."""

plain_line = st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))).map(str.strip)
plain_text = st.lists(plain_line.filter(lambda line: not line.startswith("Negative prompt:"))).map("\n".join).map(str.strip)
"""Prompts that infotext does not lose anything of."""

plain_word = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20).filter(
    lambda word: word not in ("Sampler", "Model") and not word.replace("x", "", 1).isdecimal()
)
"""Names that infotext does not lose: none equals its own key or looks like a size."""


hundredths = st.integers(1, 100).map(lambda number: number / 100)


def requests(text: st.SearchStrategy[str], word: st.SearchStrategy[str]) -> st.SearchStrategy[Request]:
    """Requests with prompts of `text` and names of `word`."""
    return st.builds(
        Request,
        prompt=text,
        negative_prompt=text,
        seed=st.integers(0, 2**64 - 1),
        steps=st.integers(1, 150),
        width=st.integers(1, 1024).map(lambda cells: 8 * cells),
        height=st.integers(1, 1024).map(lambda cells: 8 * cells),
        sampler=word,
        schedule=word,
        guidance_scale=st.integers(0, 10_000).map(lambda hundredths: hundredths / 100),
        clip_skip=st.integers(10, 120).map(lambda tenths: tenths / 10),
        model=word,
        emphasis=st.sampled_from(["original", "no_norm", "ignore", "comfy"]),
        noise=st.sampled_from(["philox", "cpu"]),
        compat=st.sampled_from(["exact", "a1111"]),
        underscores=st.sampled_from(["keep", "space"]),
        variation_seed=st.integers(0, 2**64 - 1),
        variation_strength=hundredths,
        seed_width=st.integers(2, 1024).map(lambda cells: 8 * cells),
        seed_height=st.integers(2, 1024).map(lambda cells: 8 * cells),
        eta=hundredths,
        eta_ddim=hundredths,
        s_churn=hundredths,
        s_tmin=hundredths,
        s_tmax=hundredths,
        s_noise=hundredths,
        tiling=st.sampled_from(["off", "x", "y", "both"]),
        vae_tiling=st.sampled_from(["off", "on"]),
    )


_hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
_strengths = st.integers(1, 100).map(lambda hundredths: hundredths / 100)


def source_images(text: st.SearchStrategy[str]) -> st.SearchStrategy[SourceImage]:
    """Images and masks to begin with, called `text`."""
    mask = st.builds(
        InpaintMask,
        sha256=_hashes,
        blur=st.integers(0, 640).map(lambda tenths: tenths / 10),
        fill=st.sampled_from(["original", "blur", "noise", "zeros"]),
        is_inverted=st.booleans(),
        only_masked=st.booleans(),
        padding=st.integers(0, 256),
        name=text,
    )
    return st.builds(
        SourceImage,
        sha256=_hashes,
        width=st.integers(1, 8192),
        height=st.integers(1, 8192),
        strength=_strengths,
        resize=st.sampled_from(["stretch", "crop", "fill"]),
        mask=st.none() | mask,
        name=text,
    )


def second_passes(text: st.SearchStrategy[str], word: st.SearchStrategy[str]) -> st.SearchStrategy[SecondPass]:
    """Second passes with prompts of `text` and names of `word`."""
    return st.builds(
        SecondPass,
        width=st.integers(2, 1024).map(lambda cells: 8 * cells),
        height=st.integers(2, 1024).map(lambda cells: 8 * cells),
        upscaler=st.sampled_from(["latent", "latent-bicubic", "latent-nearest", "nearest", "bicubic", "lanczos"]),
        steps=st.integers(1, 150),
        strength=_strengths,
        prompt=text,
        negative_prompt=text,
        sampler=word,
        schedule=word,
        guidance_scale=st.integers(0, 10_000).map(lambda hundredths: hundredths / 100),
    )


def provenances(text: st.SearchStrategy[str]) -> st.SearchStrategy[Provenance]:
    """Provenances whose every field is `text`."""
    return st.builds(
        Provenance,
        version=text,
        model_hash=text,
        runtime=text,
        device=text,
        precision=text,
        threads=st.integers(0, 10**6),
        libraries=st.lists(st.tuples(text, text), max_size=3).map(tuple),
        batch_size=st.integers(1, 64),
    )
