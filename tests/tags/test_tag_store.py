"""The user's folder of lists."""

from pathlib import Path

import pytest

from tagloom.errors import RequestError, UnwritableError
from tagloom.tags import TagList, import_list, load_lists


def test_a_list_that_was_imported_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "danbooru.csv").write_text("long_hair,0,9,\n")
    (tmp_path / "zh.csv").write_text("long_hair,长发\nwand,魔杖\n", encoding="utf-8")
    kept = tmp_path / "data" / "tags"
    path, found = import_list(kept, tmp_path / "danbooru.csv", tmp_path / "zh.csv")
    assert path == kept / "danbooru.tags.tsv"
    assert load_lists(kept) == (found,)
    assert found == TagList(("long hair", "wand"), ("general", None), (9, 0), ("", ""), ("长发", "魔杖"))


def test_translations_alone_are_a_list_too(tmp_path: Path) -> None:
    (tmp_path / "zh.csv").write_text("wand,魔杖\n", encoding="utf-8")
    assert import_list(tmp_path, None, tmp_path / "zh.csv")[1].names == ("魔杖",)


def test_several_lists_are_loaded_in_the_order_of_their_names_and_replaced_by_name(tmp_path: Path) -> None:
    for name, tag in (("b", "x"), ("a", "y"), ("b", "z")):
        (tmp_path / f"{name}.csv").write_text(f"{tag},0,1,\n")
        import_list(tmp_path / "kept", tmp_path / f"{name}.csv", None)
    assert [each.tags for each in load_lists(tmp_path / "kept")] == [("y",), ("z",)]


def test_no_folder_holds_no_lists(tmp_path: Path) -> None:
    assert load_lists(tmp_path / "none") == ()


def test_a_file_that_is_refused_leaves_the_old_list(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x,0,1,\n")
    import_list(tmp_path / "kept", file, None)
    file.write_text("no list")
    with pytest.raises(RequestError, match="no such CSV file: line 1"):
        import_list(tmp_path / "kept", file, None)
    assert [each.tags for each in load_lists(tmp_path / "kept")] == [("x",)]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="none.csv cannot be read: No such file"):
        import_list(tmp_path, tmp_path / "none.csv", None)
    with pytest.raises(RequestError, match="cannot be read: embedded null"):
        import_list(tmp_path, Path("a\0b"), None)
    with pytest.raises(RequestError, match="no file is named"):
        import_list(tmp_path, None, None)


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,0,1,\n")
    with pytest.raises(UnwritableError):
        import_list(tmp_path / "a.csv" / "kept", tmp_path / "a.csv", None)


@pytest.mark.parametrize("content", [b"damaged", b"\xff", b""])
def test_a_damaged_list_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tags.tsv").write_bytes(content)
    with pytest.raises(RequestError, match="a.tags.tsv cannot be used") as refusal:
        load_lists(tmp_path)
    assert "import the list again" in refusal.value.hint


def test_a_list_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tags.tsv").mkdir()
    with pytest.raises(RequestError, match="a.tags.tsv cannot be used: Is a directory"):
        load_lists(tmp_path)
