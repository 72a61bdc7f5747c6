"""Every refusal of the program: what is wrong, where, and what to do now.

TagloomError
├── RequestError          a parameter of a request is impossible (names the field)
├── ModelError            a model cannot be used
│   ├── ModelNotFoundError    no model answers to this name or path
│   ├── ModelUnsupportedError it is sound, but of a kind that tagloom does not paint with
│   └── ModelDamagedError     its files are missing, truncated or not what they claim to be
├── MemoryExhaustedError  the picture does not fit into the memory of this device
├── ArtifactError         a picture cannot be written or read
│   ├── UnwritableError       the folder or disk refuses it
│   └── UnreadableError       the file is no picture of ours, or holds no request
└── RuntimeUnavailableError   what runs the networks is not installed or not on this machine

A mistake inside a *prompt* is no exception: it is a `tagloom.prompt.Diagnostic`, and the text is still painted.
"""

__all__ = [
    "ArtifactError",
    "MemoryExhaustedError",
    "ModelDamagedError",
    "ModelError",
    "ModelNotFoundError",
    "ModelUnsupportedError",
    "RequestError",
    "RuntimeUnavailableError",
    "TagloomError",
    "UnreadableError",
    "UnwritableError",
]


class TagloomError(Exception):
    """A refusal: `message` says what and where, `hint` the remedy (may be empty)."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class RequestError(TagloomError):
    """A request that cannot be painted; `field` is the name of the parameter at fault."""

    def __init__(self, message: str, *, field: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class ModelError(TagloomError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError):
    """No model answers to this name or path."""


class ModelUnsupportedError(ModelError):
    """A sound file, but of a kind that tagloom does not paint with."""


class ModelDamagedError(ModelError):
    """A model's files are missing, truncated or not what they claim to be."""


class MemoryExhaustedError(TagloomError):
    """The picture does not fit into the memory of this device."""


class ArtifactError(TagloomError):
    """A picture cannot be written or read."""


class UnwritableError(ArtifactError):
    """The folder or the disk refuses the file; nothing half-written is left behind."""


class UnreadableError(ArtifactError):
    """The file is no picture that tagloom can read, or it holds no request."""


class RuntimeUnavailableError(TagloomError):
    """What runs the networks is not installed, or this machine does not have it."""
