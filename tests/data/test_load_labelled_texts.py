"""Texts of one's own, from a table or a folder to tokens; and what cannot be used."""

from pathlib import Path

import numpy as np
import pytest

from kerasdl.data import DataError, DataInfo, LabelledTexts, load_labelled_texts


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [
        f"{'good' if n % 2 else 'bad'}\tFilm {n} is {'fine' if n % 2 else 'dull'}"
        for n in range(40)
    ]
    path = tmp_path / "reviews.tsv"
    path.write_text("\n".join(["verdict\treview", *rows]))
    return path


def write_folder(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def by_class(count: int = 6) -> dict[str, str]:
    return {f"{kind}/{n}.txt": f"{kind} text {n}" for kind in ("cat", "dog") for n in range(count)}


def load(path: Path, **options: object) -> object:
    return load_labelled_texts(str(path), **options)  # type: ignore[arg-type]


def test_a_table(table: Path) -> None:
    data = load_labelled_texts(str(table), text_column="review", label_column="verdict")
    assert data.info.class_names == ("bad", "good")
    assert data.info.counts == {"train": 30, "validation": 4, "test": 6}
    everything = [text for split in data.info.counts for text in getattr(data, split).texts]
    assert len(set(everything)) == 40
    for split in data.info.counts:
        texts, labels = getattr(data, split).texts, getattr(data, split).labels
        assert [("fine" in text) for text in texts] == labels.tolist()
    assert DataInfo.from_json(data.info.to_json()) == data.info


def test_arrays_are_tokens_cut_and_filled_up(table: Path) -> None:
    options = {"text_column": "review", "label_column": "verdict", "max_length": 4}
    data = load_labelled_texts(str(table), **options, lowercase=True)  # type: ignore[arg-type]
    tokens, labels = data.arrays("test")
    assert tokens.shape == (6, 4)
    assert (tokens.dtype, labels.dtype) == (np.int32, np.int64)
    expected = data.tokenizer.encode(data.test.texts[0])[:4]
    np.testing.assert_array_equal(tokens[0, : len(expected)], expected)
    assert "30 training texts are longer than --max-length 4 tokens and are cut" in data.info.reason
    inputs, _ = next(iter(data.epoch_batches(8, seed=1, epoch=0)))
    assert inputs.shape == (8, 4)


def test_words_beyond_the_vocabulary_are_counted(table: Path) -> None:
    options = {"text_column": "review", "label_column": "verdict"}
    data = load_labelled_texts(str(table), **options, vocabulary_size=5)  # type: ignore[arg-type]
    assert data.tokenizer.size == 5
    assert "% of the training tokens are not in the vocabulary of 5." in data.info.reason
    assert data.arrays("train")[0].max() < 5


def test_test_texts_do_not_depend_on_the_seed(table: Path) -> None:
    columns = {"text_column": "review", "label_column": "verdict"}
    one, two = (load_labelled_texts(str(table), **columns, seed=seed) for seed in (1, 2))
    assert one.test.texts == two.test.texts
    assert one.validation.texts != two.validation.texts


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    data = load_labelled_texts(str(write_folder(tmp_path, by_class() | {"cat/notes.md": "x"})))
    assert data.info.class_names == ("cat", "dog")
    assert data.info.counts == {"train": 8, "validation": 2, "test": 2}
    assert "Files that are no .txt: 1, not looked at." in data.info.reason
    for text, label in zip(data.train.texts, data.train.labels, strict=True):
        assert text.startswith(data.info.class_names[label])


def test_a_folder_that_is_split_already(tmp_path: Path) -> None:
    texts = {
        f"{split}/{name}": f"{split} {text}"
        for split in ("train", "test")
        for name, text in by_class().items()
    }
    data = load_labelled_texts(str(write_folder(tmp_path, texts)))
    assert data.info.counts == {"train": 10, "validation": 2, "test": 12}
    assert all(text.startswith("test") for text in data.test.texts)


def test_empty_and_repeated_texts_are_left_out_and_counted(tmp_path: Path) -> None:
    more = {"cat/empty.txt": " \n", "dog/again.txt": "dog text 0"}
    data = load_labelled_texts(str(write_folder(tmp_path, by_class() | more)))
    assert sum(data.info.counts.values()) == 12
    assert "1 empty texts are left out." in data.info.reason
    assert "1 texts that were there already are left out." in data.info.reason


def test_some_of_the_texts_are_spread_over_all() -> None:
    data = load_labelled_texts(max_examples=70)
    assert data.info.counts == {"train": 70, "validation": 70, "test": 70}
    assert set(data.test.labels) == set(range(7))


def test_some_of_the_texts_must_be_of_every_class(tmp_path: Path) -> None:
    texts = {f"common/{n}.txt": f"common {n}" for n in range(100)}
    folder = write_folder(tmp_path, texts | {f"rare/{n}.txt": f"rare {n}" for n in range(4)})
    with pytest.raises(DataError, match="--max-examples 1 leaves no training text of the class"):
        load(folder, max_examples=1)
    with pytest.raises(DataError, match=r"--max-examples 10 .* of the class 'rare'; use more"):
        load(folder, max_examples=10)
    assert load_labelled_texts(str(folder), max_examples=100).info.counts["train"] > 70


def test_samples_are_texts_of_different_classes(tmp_path: Path) -> None:
    data = load_labelled_texts(str(write_folder(tmp_path / "data", by_class())))
    data.write_samples(tmp_path / "samples")
    texts = [file.read_text() for file in sorted((tmp_path / "samples").iterdir())]
    assert [text.split()[0] for text in texts] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("text,label\na,x\nb,x\nc,x\n", {}, "holds one class only, 'x'; expected two or more"),
        ("text,kind\na,x\n", {}, r"no column 'label' \(--label-column names another\)"),
        ("words,label\na,x\n", {}, r"no column 'text' \(--text-column names another\)"),
        ("text,label\n", {}, "holds no rows"),
        ("text,label\na,x\nb,\n", {}, "is empty in 1 examples"),
        ("text,label\na,x\n", {"label_column": "text"}, "'text' cannot be both the text and the"),
        (
            "text,label\na,x\na,x\na,x\nb,y\nc,y\nd,y\n",
            {},
            "holds 1 usable training texts of the class 'x'; expected at least 3",
        ),
        ("text,label\na,x\nb\n", {}, "line 3: 1 cells, but the first line names 2 columns"),
    ],
)
def test_a_table_that_cannot_be_used(
    tmp_path: Path, content: str, options: dict[str, str], message: str
) -> None:
    path = tmp_path / "some.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        load(path, **options)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({}, "is no folder of texts by class: it holds no text"),
        ({"a.txt": "a"}, r"its texts lie in no subfolder; expected .*<class>/<text>\.txt, with"),
        ({"cat/a.txt": "a", "dog/a.md": "b"}, "dog holds no text; fill the folder of this class"),
        ({"cat/a.txt": "a"}, "has texts of one class alone, 'cat'"),
        (
            {f"{split}/{kind}/{n}.txt": "" if split == "test" else f"{kind}{n}"
             for split in ("train", "test") for kind in "ab" for n in range(4)},
            "holds no usable text for test",
        ),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_used(tmp_path: Path, texts: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(write_folder(tmp_path, texts))


def test_files_that_are_no_text(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", by_class())
    (folder / "cat" / "1.txt").write_bytes(b"caf\xe9")
    with pytest.raises(DataError, match=r"1\.txt is not text in UTF-8 \(byte 0xe9 in line 1\)"):
        load(folder)
    (tmp_path / "latin.csv").write_bytes(b"text,label\ncaf\xe9,x\n")
    with pytest.raises(DataError, match=r"latin\.csv is not text in UTF-8"):
        load(tmp_path / "latin.csv")


def test_names_that_are_no_set_of_texts() -> None:
    with pytest.raises(DataError, match="'mnist' is for image classification"):
        load_labelled_texts("mnist")
    with pytest.raises(DataError, match="did you mean 'imdb_reviews'"):
        load_labelled_texts("imdb_review")


def test_a_set_that_is_not_there() -> None:
    with pytest.raises(DataError, match=r"IMDB reviews is not prepared .* could not be downloaded"):
        load_labelled_texts("imdb_reviews")


def test_a_label_for_each_text() -> None:
    with pytest.raises(ValueError, match=r"labels must have the shape \[2\], one for each text"):
        LabelledTexts(("a", "b"), np.array([0]))
