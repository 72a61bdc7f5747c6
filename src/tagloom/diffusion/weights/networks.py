"""A model on disk, in either layout -> its networks in memory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tagloom.catalog.family import AUTOENCODER
from tagloom.catalog.folder import is_diffusers_folder
from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights.checkpoint_file import Parts, checkpoint_autoencoder, checkpoint_parts
from tagloom.diffusion.weights.folder import folder_autoencoder, folder_parts
from tagloom.diffusion.weights.part import Part
from tagloom.diffusion.weights.pickled import ZIP_MAGIC, open_pickle
from tagloom.diffusion.weights.sizes import autoencoder_sizes
from tagloom.diffusion.weights.source import Source
from tagloom.diffusion.weights.tensors import Tensors, open_safetensors
from tagloom.engine import ModelFacts
from tagloom.engine.model import Family
from tagloom.errors import ModelUnsupportedError
from tagloom.tokenizer import END_OF_TEXT

_DIFFUSERS_DECODER: Final = "decoder.up_blocks."
_POSITIONS: Final = 77  # BOS, 75 tokens, EOS
_SIZES: Final = 6  # numbers that tell SDXL the sizes of a picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """The networks of one model, in inference mode, with weights as they stand in the files; SDXL has two text encoders."""

    text_encoders: tuple[TextEncoder, ...]
    unet: UNet
    autoencoder: Autoencoder

    @property
    def text_encoder(self) -> TextEncoder:
        """The first text encoder: the only one of most families."""
        return self.text_encoders[0]


def load_model(model: ModelFacts) -> Networks:
    """Load a model's networks, memory-mapped.

    Raises:
        ModelDamagedError: a file is missing or damaged, or its tensors do not fit; file and tensor are named.
        ModelUnsupportedError: it is something else than a model we paint with.
    """
    parts = model_parts(model)
    networks = loaded(parts)
    check_told(networks, parts, model)
    return networks


def load_folder(folder: Path) -> Networks:
    """Load a diffusers folder.

    Raises:
        ModelDamagedError: see `load_model`.
    """
    return loaded(folder_parts(folder, None))


def loaded(parts: Parts) -> Networks:
    """The parts of a model with their weights.

    Raises:
        ModelDamagedError: a tensor does not fit; it is named.
        ModelUnsupportedError: they are not of one model: one makes what another does not take.
    """
    networks = Networks(
        text_encoders=tuple(part.load() for part in parts.text_encoders),
        unet=parts.unet.load(),
        autoencoder=parts.autoencoder.load(),
    )
    check_together(networks, parts)
    return networks


def check_together(networks: Networks, parts: Parts) -> None:
    """Each network alone is sound; refuse those that do not understand each other, or not our tokens.

    Raises:
        ModelUnsupportedError: they do not.
    """
    made, taken = networks.autoencoder.config.latent_channels, networks.unet.config.in_channels
    if made != taken:
        where = parts.autoencoder.described_by
        raise ModelUnsupportedError(f"{where} makes latents of {made} channels, the U-Net takes {taken}")
    for encoder, part in zip(networks.text_encoders, parts.text_encoders, strict=True):
        tokens, positions = encoder.config.vocabulary, encoder.config.positions
        if tokens <= END_OF_TEXT:
            raise ModelUnsupportedError(f"{part.described_by} knows {tokens} tokens, CLIP has {END_OF_TEXT + 1}")
        if positions < _POSITIONS:
            raise ModelUnsupportedError(f"{part.described_by} reads {positions} tokens at a time, CLIP reads {_POSITIONS}")
    written = sum(encoder.config.width for encoder in networks.text_encoders)
    read = networks.unet.config.context_width
    if written != read:
        where = parts.unet.described_by
        raise ModelUnsupportedError(f"{where} reads texts of width {read}, the text encoders write {written}")


def check_told(networks: Networks, parts: Parts, model: ModelFacts) -> None:
    """Refuse a U-Net that is told another number of numbers than we have for it (SDXL: the pooled text and sizes).

    Raises:
        ModelUnsupportedError: it is.
    """
    told = networks.unet.config.added_width
    given = model.pooled_width + _SIZES * (model.size_width // 2 * 2)  # a sinusoid is as many cosines as sines
    if told != given:
        where = parts.unet.described_by
        raise ModelUnsupportedError(f"{where} takes {told} numbers beside the text, the text and sizes are {given}")


def model_parts(model: ModelFacts) -> Parts:
    """Where everything of a model is, with nothing loaded.

    Raises:
        ModelDamagedError: see `load_model`.
        ModelUnsupportedError: see `load_model`.
    """
    path = Path(model.path)
    autoencoder = None
    if model.vae_path:
        autoencoder = _other_autoencoder(Path(model.vae_path), model.family, may_unpickle=model.may_unpickle)
    if path.is_dir():
        return folder_parts(path, autoencoder)
    return checkpoint_parts(open_tensors(path, may_unpickle=model.may_unpickle), autoencoder)


def open_tensors(path: Path, *, may_unpickle: bool) -> Tensors:
    """The tensors of a single file: safetensors, or with permission a legacy pickle.

    Raises:
        ModelDamagedError: it is neither, or a pickle without permission.
    """
    if may_unpickle and path.is_file():
        with path.open("rb") as file:
            if file.read(len(ZIP_MAGIC)) == ZIP_MAGIC:
                return open_pickle(path)
    return open_safetensors(path)


def _other_autoencoder(path: Path, family: Family, *, may_unpickle: bool) -> Part[Autoencoder]:
    """The autoencoder in a file or folder of its own, or in another model, whichever way its parts are called."""
    if path.is_dir():
        return folder_autoencoder(path / "vae" if is_diffusers_folder(path) else path)
    tensors = open_tensors(path, may_unpickle=may_unpickle)
    if not tensors.header.has(_DIFFUSERS_DECODER):
        prefix = AUTOENCODER if tensors.header.has(AUTOENCODER) else ""
        return checkpoint_autoencoder(tensors, prefix, family)
    config = autoencoder_sizes(tensors.header, family)
    return Part(
        name="autoencoder",
        described_by=path,
        build=lambda: Autoencoder(config),
        tensors=tensors,
        source_of=Source,
    )
