"""Pairs of texts become arrays, and nothing of the test is in the training."""

import json
from pathlib import Path

import numpy as np
import pytest

from kerasdl.data import SOURCES_FILE, DataError, DataInfo, load_pairs
from kerasdl.data.sequence_tokenizer import END, PADDING, START


def own(folder: Path, count: int = 60, repeat: int = 2) -> str:
    lines = [f"text {n % count}" for n in range(count * repeat)]
    (folder / "train.a").write_text("\n".join(lines))
    (folder / "train.b").write_text("\n".join(line.upper() for line in lines))
    return str(folder)


def test_dates_as_arrays(tmp_path: Path) -> None:
    data = load_pairs("dates", max_examples=300, search={"beam_width": 3})
    inputs, labels, weights = data.arrays("test")
    target, source = inputs["target"], inputs["source"]
    assert labels.shape == target.shape == weights.shape == (300, 11)
    assert source.shape == (300, data.info.details["search"]["source_length"])
    assert (target[:, 0] == START).all()
    np.testing.assert_array_equal(target[:, 1:], labels[:, :-1])
    np.testing.assert_array_equal(weights, labels != PADDING)
    for n in range(300):
        assert data.tokenizer.decode(source[n]) == data.test.sources[n]
        assert data.tokenizer.decode(labels[n]) == data.test.targets[n]
        assert END in labels[n]
    assert data.info.details["search"]["beam_width"] == 3
    again = DataInfo.from_json(json.loads(json.dumps(data.info.to_json())))
    assert again == data.info
    data.write_samples(tmp_path / "samples")
    written = (tmp_path / "samples" / SOURCES_FILE).read_text()
    assert tuple(written.splitlines()) == data.test.sources[:3]


@pytest.mark.parametrize("tokenizer", ["auto", "characters"])
def test_missing_splits_are_taken_by_source(tmp_path: Path, tokenizer: str) -> None:
    data = load_pairs(
        own(tmp_path), source="a", target="b", tokenizer=tokenizer, vocabulary_size=300
    )
    sources = [set(split.sources) for split in (data.train, data.validation, data.test)]
    assert sum(map(len, sources)) == len(set.union(*sources)) == 60
    assert data.info.counts == {"train": 108, "validation": 6, "test": 6}
    assert "It has no test split: 6 of its pairs are taken." in data.info.reason
    assert data.info.details["tokenizer"] == ("bpe" if tokenizer == "auto" else tokenizer)
    assert all(s.upper() == t for s, t in zip(data.train.sources, data.train.targets, strict=True))


def test_the_seed_moves_the_validation_pairs_alone(tmp_path: Path) -> None:
    one, other = (
        load_pairs(own(tmp_path), source="a", target="b", vocabulary_size=300, seed=seed)
        for seed in (0, 1)
    )
    assert one.test == other.test
    assert one.validation != other.validation
    assert one.info.version == other.info.version


def test_long_training_pairs_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text(
        "source\ttarget\n" + "".join(f"{n}\t{'n' * (n % 9 + 1)}\n" for n in range(100, 190))
    )
    data = load_pairs(
        str(tmp_path / "x.tsv"), tokenizer="characters", max_length=8, vocabulary_size=20
    )
    assert max(map(len, data.train.targets)) == 7
    assert data.info.details["search"]["target_length"] == 8
    assert "training pairs are longer than --max-length 8 tokens" in data.info.reason
    labels = data.arrays("test")[1]
    assert labels.shape == (len(data.test), 8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_length": 3}, "every training pair is longer than 3 tokens; .* --max-length 7"),
        ({"vocabulary_size": 5}, "different characters, more than 5; raise --vocabulary-size"),
        (
            {"tokenizer": "letters"},
            "unknown tokenizer 'letters'; expected auto, characters, bpe, w",
        ),
        ({"name": "dates"}, "--source and --target are for data of your own"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, options: dict, message: str) -> None:
    name = own(tmp_path, count=9, repeat=3)
    arguments = {"name": name, "source": "a", "target": "b", "tokenizer": "characters"}
    with pytest.raises(DataError, match=message):
        load_pairs(**arguments | options)


def test_too_few_texts(tmp_path: Path) -> None:
    name = own(tmp_path, count=2)
    message = "2 different source texts are too few; expected at least 3, one for each of train, te"
    with pytest.raises(DataError, match=message):
        load_pairs(name, source="a", target="b")
    # Two are enough where the test is given.
    for ending in "ab":
        (tmp_path / f"test.{ending}").write_bytes((tmp_path / f"train.{ending}").read_bytes())
    data = load_pairs(name, source="a", target="b", tokenizer="characters")
    assert len(set(data.train.sources)) == len(set(data.validation.sources)) == 1


def test_three_texts_are_one_for_each_split(tmp_path: Path) -> None:
    data = load_pairs(
        own(tmp_path, count=3, repeat=1), source="a", target="b", tokenizer="characters"
    )
    assert data.info.counts == {"train": 1, "validation": 1, "test": 1}


def test_words_that_are_not_in_the_vocabulary_are_counted(tmp_path: Path) -> None:
    name = own(tmp_path)
    data = load_pairs(name, source="a", target="b", tokenizer="words", vocabulary_size=3)
    # Of three tokens, "text" or "TEXT", the number and the end, the number is too rare.
    assert "33.3 % of the training tokens are not in the vocabulary." in data.info.reason
    whole = load_pairs(name, source="a", target="b", tokenizer="words")
    assert "vocabulary" not in whole.info.reason
