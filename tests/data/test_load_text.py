"""Texts by name and by path, and what is wrong with some."""

import json
from pathlib import Path

import numpy as np
import pytest

from kerasdl.data import DataError, DataUnavailableError, catalogue, load_text
from kerasdl.data.catalogue_entries import LANGUAGE_MODELLING
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.text_source import divide

LINES = "".join(f"line {number} of a text\n\n" for number in range(400))


@pytest.fixture
def shakespeare(tmp_path: Path) -> Path:
    """A data folder with a small set named tiny_shakespeare, written by TFDS."""
    return write_text_set(tmp_path / "data", {s: [t] for s, t in divide(LINES).items()})


def write_text_set(folder: Path, splits: dict[str, list[str]]) -> Path:
    import tensorflow_datasets as tfds

    with quiet_tfds():
        tfds.dataset_builders.store_as_tfds_dataset(
            name="tiny_shakespeare",
            version="1.0.0",
            features=tfds.features.FeaturesDict({"text": tfds.features.Text()}),
            split_datasets={
                split: [(i, {"text": text}) for i, text in enumerate(texts)]
                for split, texts in splits.items()
            },
            data_dir=folder,
            file_format="tfrecord",
            download_config=tfds.download.DownloadConfig(try_download_gcs=False),
            disable_shuffling=True,
        )
    return folder


def test_a_prepared_set(shakespeare: Path) -> None:
    data = load_text("tiny_shakespeare", data_dir=shakespeare, context=16, steps_per_epoch=3)
    for split, text in divide(LINES).items():
        assert data.tokenizer.decode(data.tokens[split].tolist()) == text
    assert data.info.location == str(shakespeare / "tiny_shakespeare" / "1.0.0")
    assert (data.info.version, data.info.is_fallback) == ("1.0.0", False)
    assert data.tokens["train"].dtype == np.uint8
    assert data.steps_per_epoch(8) == data.epoch_batches(8, 0, 0).cardinality() == 3
    inputs, targets, weights = data.arrays("test")
    assert inputs.shape == targets.shape == weights.shape
    assert np.count_nonzero(weights) == len(data.tokens["test"]) - 1
    assert len(list(data.test_batches(7))) == -(-len(inputs) // 7)


def test_without_a_network_there_are_pythons_sources() -> None:
    data = load_text("auto")
    assert data.info.name == "python_sources"
    assert data.info.is_fallback
    assert "Tiny Shakespeare is not prepared in" in data.info.reason
    with pytest.raises(DataUnavailableError, match="Tiny Shakespeare is not prepared"):
        load_text("tiny_shakespeare")


@pytest.mark.parametrize("tokenizer", ["characters", "bpe"])
def test_the_users_own_file(tmp_path: Path, tokenizer: str) -> None:
    file = tmp_path / "mine.txt"
    file.write_bytes(b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode())
    data = load_text(str(file), tokenizer=tokenizer, context=16, vocabulary_size=300)
    whole = [data.tokenizer.decode(data.tokens[s].tolist()) for s in data.tokens]
    assert "".join(whole) == LINES
    assert (data.info.name, data.info.is_fallback) == ("mine.txt", False)
    characters = {split: len(text) for split, text in divide(LINES).items()}
    assert data.tokens_per_character("train") * characters["train"] == data.info.counts["train"]
    assert json.loads(json.dumps(data.info.to_json()))["details"]["context"] == 16
    # A changed text is another version, which a run does not go on with.
    file.write_text(LINES[:-1] + "?")
    assert load_text(str(file), context=16).info.version != data.info.version


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.txt").write_text("second " * 100)
    (tmp_path / "1.txt").write_text("first " * 100)
    (tmp_path / "a.md").write_text("third " * 100)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_bytes(b"\xff")
    data = load_text(str(tmp_path), context=8)
    text = "".join(data.tokenizer.decode(data.tokens[split].tolist()) for split in data.tokens)
    assert text == "\n".join(["first " * 100, "third " * 100, "second " * 100])
    assert data.info.reason.startswith("3 text files")


def test_samples_are_prompts_of_the_test_split(tmp_path: Path, shakespeare: Path) -> None:
    data = load_text("tiny_shakespeare", data_dir=shakespeare, context=16)
    data.write_samples(tmp_path / "samples")
    prompts = [file.read_text() for file in sorted((tmp_path / "samples").iterdir())]
    assert len(set(prompts)) == 3
    assert all(prompt in divide(LINES)["test"] for prompt in prompts)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; expected a text"),
        (b" \n ", "is empty; expected a text"),
        (b"caf\xe9 " * 999, r"is not text in UTF-8 \(byte 0xe9 in line 1\)"),
        ("text".encode("utf-16-le"), "is not text: it holds a zero byte"),
        (b"ab" * 300, r"too short: its \w+ split has 30 tokens, and --context 64 needs 65"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "text.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_text(str(tmp_path / "text.txt"))
    with pytest.raises(DataError, match=message):
        load_text(str(tmp_path))


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.txt").write_text("text")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"text.txt cannot be read: Permission denied"):
        load_text(str(tmp_path / "text.txt"))


def test_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no files; expected text files"):
        load_text(str(tmp_path))


def test_wrong_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'mnist' is for image classification"):
        load_text("mnist")
    with pytest.raises(DataError, match="unknown tokenizer 'words'; expected characters or bpe"):
        load_text("python_sources", tokenizer="words")
    with pytest.raises(DataError, match="more than 10; raise --vocabulary-size"):
        load_text("python_sources", vocabulary_size=10)
    with pytest.raises(DataError, match="does not exist"):
        load_text("tiny_shakespeare", data_dir=tmp_path / "nowhere")


def test_sets_that_are_damaged_or_no_text(tmp_path: Path, shakespeare: Path, write_set) -> None:
    home = shakespeare / "tiny_shakespeare" / "1.0.0"
    (record,) = home.glob("*-test.tfrecord*")
    whole = record.read_bytes()
    record.write_bytes(whole[:-3])
    with pytest.raises(DataError, match=r"is damaged .*delete .* and prepare the set again"):
        load_text("tiny_shakespeare", data_dir=shakespeare)
    record.unlink()
    with pytest.raises(DataError, match=r"test.tfrecord.* is missing; delete"):
        load_text("tiny_shakespeare", data_dir=shakespeare)
    lacking = write_text_set(tmp_path / "lacking", {"train": [LINES]})
    with pytest.raises(DataError, match="lacks the split 'validation'"):
        load_text("tiny_shakespeare", data_dir=lacking)
    write_set(tmp_path / "images", "tiny_shakespeare", version="1.0.0")
    with pytest.raises(DataError, match=r"is no plain text: .* it has id, image, label"):
        load_text("tiny_shakespeare", data_dir=tmp_path / "images")


def test_catalogue_knows_the_texts(tmp_path: Path) -> None:
    import tensorflow_datasets as tfds

    from kerasdl.data.tfds_text_reader import check_text

    with quiet_tfds():
        info = tfds.builder("tiny_shakespeare", data_dir=tmp_path).info
    check_text("tiny_shakespeare", info.features)
    catalogue.check_name("tiny_shakespeare", tasks=(LANGUAGE_MODELLING,))
    assert catalogue.status("python_sources").prepared
    assert "splits" not in catalogue.describe("python_sources")


def test_samples_hold_no_character_that_the_text_has_not(tmp_path: Path) -> None:
    (tmp_path / "one_line.txt").write_text("a single line of text. " * 100)
    data = load_text(str(tmp_path / "one_line.txt"), context=8)
    assert "\n" not in data.tokenizer.characters
    for sample in data.samples.values():
        assert len(data.tokenizer.encode(sample)) == len(sample) > 0
