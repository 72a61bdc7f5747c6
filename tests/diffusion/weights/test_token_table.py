"""Token tables of which only the trained rows are stored."""

from pathlib import Path

import pytest
import torch

from tagloom.diffusion.weights.token_table import TABLE, TRAINED_IDS, compacted, expanded
from tagloom.errors import ModelDamagedError

FOLDER = Path("text_encoder")


def test_a_compacted_table_comes_back() -> None:
    rows = torch.randn(4, 3)
    whole = rows[:1].repeat(10, 1)
    whole[[2, 5, 9]] = rows[1:]
    stored = compacted(whole, torch.tensor([2, 5, 9], dtype=torch.int32), untrained_id=0)
    assert stored[TABLE].shape == (4, 3)
    assert torch.equal(expanded(stored | {"other": rows}, 10, FOLDER)[TABLE], whole)


def test_a_whole_table_is_left_alone() -> None:
    tensors = {TABLE: torch.randn(10, 3)}
    assert expanded(tensors, 10, FOLDER) is tensors


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        (torch.tensor([1, 2]), torch.zeros(2, 3), "does not fit"),
        (torch.tensor([[1]]), torch.zeros(2, 3), "does not fit"),
        (torch.tensor([1, 10]), torch.zeros(3, 3), "no token ids below 10"),
        (torch.tensor([-1, 2]), torch.zeros(3, 3), "no token ids below 10"),
        (torch.tensor([1.0, 2.0]), torch.zeros(3, 3), "no token ids below 10"),
    ],
)
def test_ids_that_do_not_fit_are_refused(ids: torch.Tensor, rows: torch.Tensor, message: str) -> None:
    with pytest.raises(ModelDamagedError, match=message):
        expanded({TABLE: rows, TRAINED_IDS: ids}, 10, FOLDER)


def test_ids_without_a_table_are_refused() -> None:
    with pytest.raises(ModelDamagedError, match="does not fit"):
        expanded({TRAINED_IDS: torch.tensor([1])}, 10, FOLDER)
