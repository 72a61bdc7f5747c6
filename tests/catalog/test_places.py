"""Where models lie: A1111's and ComfyUI's folders, and ComfyUI's lists of folders, as they are."""

from pathlib import Path

import pytest

from tagloom.catalog import Places, find_places
from tagloom.errors import RequestError

EXAMPLE = """\
# Rename this to extra_model_paths.yaml and ComfyUI will load it

#config for a1111 ui
a111:
    base_path: path/to/stable-diffusion-webui/

    checkpoints: models/Stable-diffusion
    configs: models/Stable-diffusion
    vae: models/VAE
    loras: |
         models/Lora
         models/LyCORIS
    upscale_models: |
                  models/ESRGAN
    embeddings: embeddings
    controlnet: models/ControlNet

comfyui:
    base_path: $COMFY/
    is_default: true
    checkpoints: models/checkpoints/
    diffusers: /srv/diffusers

#other_ui:
#    base_path: path/to/ui
nothing:
"""


def make(root: Path, *folders: str) -> Path:
    for folder in folders:
        (root / folder).mkdir(parents=True)
    return root


def test_comfyui_s_list_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "extra_model_paths.yaml").write_text(EXAMPLE)
    webui = tmp_path / "path" / "to" / "stable-diffusion-webui"
    assert find_places([tmp_path / "extra_model_paths.yaml"], {"COMFY": "/opt/comfy"}) == Places(
        checkpoints=(webui / "models/Stable-diffusion", Path("/opt/comfy/models/checkpoints"), Path("/srv/diffusers")),
        vae=(webui / "models/VAE",),
        loras=(webui / "models/Lora", webui / "models/LyCORIS"),
        embeddings=(webui / "embeddings",),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("~/ui", "/home/me/ui"), ("${UI}/a", "/ui/a"), ("%UI%/a", "/ui/a"), ("$UIX/a", "/uix/a"), ("$OTHER/a", "$OTHER/a")],
)
def test_a_base_path_may_name_the_environment(written: str, read: str, tmp_path: Path) -> None:
    path = tmp_path / "paths.yml"
    path.write_text(f"ui:\n  base_path: '{written}'\n  vae: vae\n")
    environment = {"HOME": "/home/me", "UI": "/ui", "UIX": "/uix"}
    assert find_places([path], environment).vae == (tmp_path / read / "vae",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "it is no YAML file"),
        (b"\xff\xfe\x00", "it is no YAML file"),
        (b"!!python/object/apply:os.mkdir ['/tmp/never']", "it is no YAML file"),
        (b"- a\n- b\n", "it has no sections"),
        (b"ui: models", "its section 'ui' holds no folders"),
        (b"ui:\n  base_path: 5\n", "'base_path' of its section 'ui' is no text"),
        (b"#" * (1 << 21), "it is larger than 1 MiB"),
        (None, "No such file"),
    ],
)
def test_a_list_that_is_none_is_refused(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "extra_model_paths.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RequestError, match="extra_model_paths.yaml is no list of model folders") as caught:
        find_places([path], {})
    assert message in str(caught.value)


def test_an_empty_list_and_no_folders_are_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("# nothing\n")
    assert find_places([tmp_path / "a.yaml"], {}) == find_places([], {}) == Places()


@pytest.mark.parametrize("inside", ["", "models"])
def test_a1111_s_folders_are_found_from_either_end(inside: str, tmp_path: Path) -> None:
    webui = make(tmp_path / "webui", "models/Stable-diffusion", "models/VAE", "models/Lora", "embeddings", "models/ESRGAN")
    assert find_places([webui / inside], {}) == Places(
        checkpoints=(webui / "models/Stable-diffusion",),
        vae=(webui / "models/VAE",),
        loras=(webui / "models/Lora",),
        embeddings=(webui / "embeddings",),
    )


@pytest.mark.parametrize("inside", ["", "models"])
def test_comfyui_s_folders_are_found_from_either_end(inside: str, tmp_path: Path) -> None:
    names = ("checkpoints", "vae", "loras", "embeddings", "diffusers", "clip")
    comfy = make(tmp_path / "ComfyUI", *(f"models/{name}" for name in names))
    models = comfy / "models"
    assert find_places([comfy / inside], {}) == Places(
        checkpoints=(models / "checkpoints", models / "diffusers"),
        vae=(models / "vae",),
        loras=(models / "loras",),
        embeddings=(models / "embeddings",),
    )


def test_any_other_folder_holds_models_itself(tmp_path: Path) -> None:
    assert find_places([tmp_path / "nowhere", tmp_path], {}) == Places(checkpoints=(tmp_path / "nowhere", tmp_path))
