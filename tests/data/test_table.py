"""Tables from files, and what is wrong with them."""

import numpy as np
import pytest

from kerasdl.data import DataError, Table


@pytest.fixture
def write(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_cells_are_read_whatever_separates_them(write, mark):
    table = Table.read(write(f"x{mark} kind \r\n1.5{mark} a\r\n\r\n-2e3{mark}b\n"))
    assert table.columns == ("x", "kind")
    assert table.text("kind") == ["a", "b"]
    np.testing.assert_array_equal(table.numbers(["x"]), [[1.5], [-2000]])
    assert table.lines == [2, 4]


def test_quotes_hold_separators_and_lines(write):
    table = Table.read(write('text,label\n"one, ""two""\nthree",a\n'))
    assert table.text("text") == ['one, "two"\nthree']


def test_empty_lines_come_before_the_names_too(write):
    table = Table.read(write("\n\nx;y\n1;2\n"))
    assert (table.columns, table.lines) == (("x", "y"), [4])


def test_a_mark_of_byte_order_is_no_part_of_the_name(write):
    assert Table.read(write("\ufeffx,y\n1,2\n".encode())).columns == ("x", "y")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no rows"),
        ("x,y\n", "holds no rows; expected names of columns in the first line"),
        ("x,y\n1,2\n1,2,3\n", r"line 3: 3 cells, but the first line names 2 columns \(x, y\)"),
        ("x,x\n1,2\n", "names the column 'x' twice"),
        ('x,y\n"1,2\n', "line 2: unexpected end of data"),
        (b"x,y\n\xe4,1\n", r"is not text in UTF-8 \(byte 0xe4 in line 2\); convert it"),
    ],
)
def test_a_file_that_is_no_table(write, text, message):
    with pytest.raises(DataError, match=message):
        Table.read(write(text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"nothing\.csv cannot be read: No such file"):
        Table.read(tmp_path / "nothing.csv")


def test_a_column_that_is_missing(write):
    table = Table.read(write("x,y\n1,2\n"))
    with pytest.raises(DataError, match=r"has no column 'z'; its first line names 'x', 'y'"):
        table.numbers(["z"])
    with pytest.raises(DataError, match=r"no column 'kind' \(--label-column names another\)"):
        table.text("kind", "--label-column")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("red", "line 3: column 'y' holds 'red'; expected a number"),
        ("", "line 3: column 'y' holds nothing; expected a number"),
        ("NaN", "line 3: column 'y' holds 'NaN'; expected a finite number"),
        ("-inf", "line 3: column 'y' holds '-inf'; expected a finite number"),
    ],
)
def test_what_is_no_number_is_named_with_its_line(write, cell, message):
    with pytest.raises(DataError, match=message):
        Table.read(write(f"x,y\n1,2\n3,{cell}\n")).numbers(["x", "y"])
