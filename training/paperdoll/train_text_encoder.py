"""Captions -> the text tower: twelve layers that know, at every position, what was said of the scene up to it.

A text encoder that starts from nothing beside a U-Net learns words long after shapes. So it is taught first, from text
alone and without end (scenes need not be drawn for it): a linear head on every position's output tells which tags were
said so far. The head is thrown away; the tower is then frozen, so that captions are encoded once.

The head reads the last layer half of the time, else one of the three before it, so that CLIP skip 1 to 4 speak the same
language, as they nearly do in the models that people use; what lies deeper was never read.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tagloom.diffusion.networks import TextEncoder
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer
from training.paperdoll.attributes import said_by_position, tag_classes
from training.paperdoll.captions import pieces
from training.paperdoll.data import TEXT_EVALUATION, TRAINING, scene
from training.paperdoll.loop import Training, train
from training.paperdoll.profile import Profile
from training.paperdoll.vocabulary import CompactVocabulary, caption_vocabulary

TOKENS = 77
_READ = TOKENS  # positions that are trained on
_READ_LAYERS = (0.5, 0.2, 0.15, 0.15)  # how often the head reads the last layer, the one before it, ...
NAMED = 8000  # scenes whose tags are the classes and whose words are the vocabulary


def token_ids(text: str) -> list[int]:
    """BOS, the text's tokens, EOS, and EOS again up to 77."""
    ids = load_tokenizer().encode_ids(text)[: TOKENS - 2]
    return [BEGIN_OF_TEXT, *ids, *[END_OF_TEXT] * (TOKENS - 1 - len(ids))]


def new_text_encoder(profile: Profile, vocabulary: CompactVocabulary) -> TextEncoder:
    """A tower over a compact vocabulary, with CLIP's initial weights."""
    torch.manual_seed(0)
    network = TextEncoder(replace(profile.text_encoder_config(), vocabulary=len(vocabulary)))
    with torch.no_grad():
        network.embeddings.token_embedding.weight.normal_(std=0.02)
        network.embeddings.position_embedding.weight.normal_(std=0.01)
    return network


class _Taught(nn.Module):
    """The tower and the head that it is taught with."""

    def __init__(self, tower: TextEncoder, classes: int) -> None:
        super().__init__()
        self.tower = tower
        self.head = nn.Linear(tower.config.width, classes)

    def forward(self, rows: Tensor, layer: int) -> Tensor:
        """What is told at every position from one layer's output; -1 is the last."""
        states = self.tower(self.tower.embed(rows))
        told: Tensor = self.head(self.tower.final_layer_norm(states[layer]))
        return told


def train_text_encoder(profile: Profile, folder: Path) -> TextEncoder:
    """Teach the tower."""
    classes = tag_classes(TRAINING, NAMED)
    vocabulary = caption_vocabulary(TRAINING, NAMED)
    taught = _Taught(new_text_encoder(profile, vocabulary), len(classes))
    tokenizer = load_tokenizer()

    def batch(step: int, split: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((12, split, step))
        ids, labels = [], []
        for number in rng.integers(1 << 30, size=profile.text_encoder.batch):
            own, said = said_by_position(tokenizer, pieces(scene(split, int(number)), rng), classes, _READ)
            ids.append([BEGIN_OF_TEXT, *own, *[END_OF_TEXT] * _READ][:_READ])
            labels.append(said)
        return vocabulary.rows(torch.tensor(ids)), torch.from_numpy(np.stack(labels))

    def loss(step: int) -> Tensor:
        rows, labels = (tensor.to(profile.device) for tensor in batch(step, TRAINING))
        layer = int(np.random.default_rng((14, step)).choice(len(_READ_LAYERS), p=_READ_LAYERS)) + 1
        with profile.autocast():
            told = taught(rows, -layer).float()
        return functional.binary_cross_entropy_with_logits(told, labels) * 10

    def show(step: int) -> None:
        with torch.inference_mode():
            rows, labels = (tensor.to(profile.device) for tensor in batch(step, TEXT_EVALUATION))
            told = taught(rows, -1)[:, -1] > 0
        wanted = labels[:, -1] > 0
        found = (told & wanted).sum() / wanted.sum().clamp(min=1)
        right = (told & wanted).sum() / told.sum().clamp(min=1)
        print(f"text encoder step {step}: recall {found:.3f}, precision {right:.3f} of the tags said", flush=True)

    train(
        Training(
            name="text_encoder",
            network=taught,
            stage=profile.text_encoder,
            folder=folder,
            minutes_between_checkpoints=profile.minutes_between_checkpoints,
            device=profile.device,
            keeps_optimizer=profile.keeps_optimizer,
            loss=loss,
            show=show,
        )
    )
    return vocabulary.expanded(taught.tower.cpu())


def encode_captions(tower: TextEncoder, written: list[list[str]], folder: Path, device: str) -> Tensor:
    """All captions' contexts (scenes, captions, 77, C) float16, encoded once with the finished tower."""
    path = folder / "contexts.npy"
    if not path.exists():
        texts = [text for own in written for text in own]
        tower = tower.to(device)
        half = folder / "contexts.half.npy"
        shape = (len(texts), TOKENS, tower.config.width)
        stored = np.lib.format.open_memmap(half, "w+", np.float16, shape)
        with torch.inference_mode():
            for start in range(0, len(texts), 128):
                ids = torch.tensor([token_ids(text) for text in texts[start : start + 128]])
                stored[start : start + len(ids)] = contexts(tower, ids.to(device)).to(torch.float16).cpu().numpy()
        stored.flush()
        half.replace(path)
    encoded = torch.from_numpy(np.load(path, mmap_mode="r+"))
    return encoded.view(len(written), -1, TOKENS, tower.config.width)


def contexts(tower: TextEncoder, ids: Tensor) -> Tensor:
    """Token ids (n, 77) to the contexts of CLIP skip 1 (n, 77, C)."""
    normed: Tensor = tower.final_layer_norm(tower(tower.embed(ids))[-1])
    return normed
