"""The user's own numbers, from a file to batches."""

import numpy as np
import pytest

from kerasdl.data import DataError, DataInfo, load_numeric_table


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "flowers.csv"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def flowers(write):
    rows = [f"{i},{'rose' if i % 4 else 'lily'},{-i / 2},{i}cm" for i in range(40)]
    return write("\n".join(["size,kind,depth,note", *rows]))


def test_columns_and_classes_are_those_of_the_file(flowers):
    data = load_numeric_table(flowers, label_column="kind", columns=("depth", "size"))
    assert data.info.class_names == ("lily", "rose")
    assert data.info.details["features"] == ["depth", "size"]
    assert data.info.counts == {"train": 28, "validation": 6, "test": 6}
    rows, labels = (np.concatenate(part) for part in zip(*map(data.arrays, data.info.counts)))  # noqa: B905
    assert sorted(rows[:, 1].tolist()) == list(range(40))
    np.testing.assert_array_equal(rows[:, 0], -rows[:, 1] / 2)
    np.testing.assert_array_equal(labels, rows[:, 1] % 4 > 0)
    assert (rows.dtype, labels.dtype) == (np.float32, np.int64)
    assert DataInfo.from_json(data.info.to_json()) == data.info


def test_every_class_is_in_every_part(flowers):
    data = load_numeric_table(flowers, label_column="kind", columns=("size",))
    for split in data.info.counts:
        assert set(data.arrays(split)[1]) == {0, 1}


def test_the_seed_chooses_validation_but_not_test(flowers):
    one, other = (load_numeric_table(flowers, "kind", ("size",), seed=seed) for seed in (0, 1))
    np.testing.assert_array_equal(one.test[0], other.test[0])
    assert not np.array_equal(one.validation[0], other.validation[0])


def test_a_column_without_a_name_is_no_feature_by_default(write):
    """Such as the index that pandas writes, which in a sorted table gives the class away."""
    rows = "".join(f"{i},{i % 7},{'a' if i < 20 else 'b'}\n" for i in range(40))
    with pytest.raises(DataError, match=r"a column without a name, .*; name it, or choose with "):
        load_numeric_table(write(",x,label\n" + rows))
    data = load_numeric_table(write(",x,label\n" + rows), columns=("x",))
    assert data.info.details["features"] == ["x"]


def test_the_sample_is_a_table_again(flowers, tmp_path):
    data = load_numeric_table(flowers, "kind", ("size", "depth"))
    data.write_samples(tmp_path / "samples")
    (file,) = (tmp_path / "samples").iterdir()
    lines = file.read_text().splitlines()
    assert lines[0] == "size,depth"
    assert [float(cell) for cell in lines[1].split(",")] == data.test[0][0].tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"has no column 'label' \(--label-column names another\)"),
        ({"label_column": "kind", "columns": ("width",)}, r"no column 'width' \(--columns names"),
        ({"label_column": "kind", "columns": ("kind",)}, "both the label and one of --columns"),
        ({"label_column": "kind"}, "line 2: column 'note' holds '0cm'; expected a number"),
        ({"label_column": "size", "columns": ("depth",)}, "'size' of .* holds 40 classes, and of"),
    ],
)
def test_options_that_do_not_fit_the_file(flowers, options, message):
    with pytest.raises(DataError, match=message):
        load_numeric_table(flowers, **options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("label\na\nb\n", "has the column 'label' alone; expected numbers beside it"),
        ("x,label\n1,a\n2,a\n3,a\n", "'label' of .* holds one class only, 'a'"),
        ("x,label\nnan,a\n2,b\n", "line 2: column 'x' holds 'nan'; expected a finite number"),
        ("x,label\n1e39,a\n2,b\n", "holds 1e.39, which float32 cannot hold"),
    ],
)
def test_files_that_cannot_be_learned_from(write, text, message):
    with pytest.raises(DataError, match=message):
        load_numeric_table(write(text))
