"""The fast way to read numbers: what it takes, it reads as the careful way does."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasdl.serving.number_lists import read_numbers
from kerasdl.serving.plain_request import read_plain_request
from kerasdl.serving.predict_request import read_predict_request
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo

SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)
ARRAYS = st.one_of(
    arrays.arrays(np.int64, SHAPES, elements=st.integers(-300, 300)),
    arrays.arrays(np.uint8, SHAPES),
    arrays.arrays(np.float64, SHAPES, elements=st.floats(-1e9, 1e9)),
)
SPACING = st.sampled_from([(", ", ": "), (",", ":")])


@given(ARRAYS, SPACING)
def test_arrays_are_taken(array, spacing):
    found = read_numbers(json.dumps(array.tolist(), separators=spacing).encode())
    np.testing.assert_array_equal(found, array)
    assert found.dtype == (np.float64 if array.dtype == np.float64 else np.int64)


@pytest.fixture
def in_pieces(monkeypatch):
    monkeypatch.setattr("kerasdl.serving.number_lists._PIECE", 3)


@pytest.mark.usefixtures("in_pieces")
def test_long_lists_are_read_in_pieces():
    for array in (np.arange(-9, 9).reshape(3, 2, 3), np.linspace(0, 1, 12), np.arange(5)):
        found = read_numbers(json.dumps(array.tolist()).encode())
        np.testing.assert_array_equal(found, array, strict=True)
    found = read_numbers(b"[1, 2, 3, 4, 5, 0.5, 6, 7, 8]")
    np.testing.assert_array_equal(found, [1.0, 2, 3, 4, 5, 0.5, 6, 7, 8], strict=True)
    for text in (b"[1, 2, 3, ]", b"[1, 2, 3, 4, , 5]", b"[1, 2, 3, 04, 5]", b"[1000, 1000, x]"):
        assert read_numbers(text) is None


def test_others_have_their_turn_while_many_numbers_are_read(turns_of_others, monkeypatch):
    monkeypatch.setattr("kerasdl.serving.number_lists._PIECE", 2**12)
    text = b"[" + b"0.25, " * 400_000 + b"1]"
    assert turns_of_others(lambda: read_numbers(text)) > 50


@settings(max_examples=2000)
@given(st.data())
def test_whatever_is_taken_is_read_as_json_reads_it(data):
    text = json.dumps(data.draw(ARRAYS).tolist())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 2))
        text = text[:place] + data.draw(st.text("[],0 12-.e", max_size=2)) + text[place + length :]
    found = read_numbers(text.encode())
    if found is not None:
        np.testing.assert_array_equal(found, np.array(json.loads(text)), strict=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "[]", "[[]]", "[[1], []]", "[[1], 2]", "[[1, 2], [3]]", "[1", "1]", "[1]]"),
        *("[[1]2]", "[2[]]", "[[1][2]]", "[[1],[],[2]]", "[[[1], [2]], [[3, 4]]]"),
        *("[1 2]", "[1, ]", "[,]", "[1,,2]", "[,1]", "[01]", "[1, 00]", "[-]", "[1.]", "[1e]"),
        *("[true]", "[null]", '["1"]', "[NaN]", "[{}]", "[1]\n", "[1,\n2]", "[1, [2]]"),
        *("[9223372036854775808]", "[-9223372036854775809]", f"[{'9' * 5000}]", f"[-{'9' * 400}]"),
        f"{'[' * 17}1{']' * 17}",
    ],
)
def test_what_is_left_to_the_careful_way(text):
    assert read_numbers(text.encode()) is None


@pytest.mark.parametrize("dtype", ["DT_FLOAT", "DT_DOUBLE", "DT_UINT8", "DT_INT64", "DT_BOOL"])
@pytest.mark.parametrize(
    "value", ["[1]", "[[1, 2], [3, 4]]", "[0.1, 1e39]", "[-1]", "[256]", "[1e400]", "[[1], [2, 3]]"]
)
def test_both_ways_agree(dtype, value):
    signature = SignatureInfo({"x": TensorInfo(dtype)}, {})

    def outcome(body):
        try:
            request = read_predict_request(body.encode(), lambda name: signature)
        except ServingError as error:
            return error.message.replace(', "more": 1', "")
        tensor = request.tensors["x"]
        return request.signature_name, request.row, tensor.dtype, tensor.tolist()

    for form in (
        *(f'"instances": {value}', f'"inputs": {value}', f'"inputs": {{"x": {value}}}'),
        *(f'"instances": [{{"x": {value}}}, {{"x":{value}}}]', f'"instances":[{{"y":{value}}}]'),
    ):
        # A further key is for the careful way alone.
        assert outcome(f"{{{form}}}") == outcome(f'{{{form}, "more": 1}}')
        named = f'"signature_name": "s", {form}'
        assert outcome(f"{{{named}}}") == outcome(f'{{{named}, "more": 1}}')


@settings(max_examples=1000)
@given(st.data())
def test_plain_requests_are_what_json_says(data):
    rows = data.draw(arrays.arrays(np.int64, (2, 2), elements=st.integers(0, 20))).tolist()
    body = data.draw(
        st.sampled_from(
            [
                {"instances": rows},
                {"inputs": {"x": rows}},
                {"instances": [{"x": row} for row in rows]},
            ]
        )
    )
    text = json.dumps(body, separators=data.draw(SPACING))
    for _ in range(data.draw(st.integers(0, 2))):
        place, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 2))
        added = data.draw(st.sampled_from(["", "{", "}", "[", "]", ",", '"x":', "}, {", " ", "1"]))
        text = text[:place] + added + text[place + length :]
    plain = read_plain_request(text.encode())
    if plain is None:
        return
    document = json.loads(text)  # whatever is read is JSON
    value = document["instances" if plain.row else "inputs"]
    if plain.input_name is not None:
        name = plain.input_name
        value = [row[name] for row in value] if plain.row else value[name]
    np.testing.assert_array_equal(plain.numbers, np.array(value), strict=True)


@pytest.mark.parametrize(
    "body",
    [
        *('{"instances": {"x": [1]}}', '{"inputs": [{"x": [1]}]}', '{"instances": [{"x": 1}]}'),
        *('{"instances": [{"x": [1]}, {"y": [1]}]}', '{"instances": [{"x": [1], "y": [1]}]}'),
        *('{"instances": [{"x": [1]}, {"x": [1, 2]}]}', '{"instances": [{"b64": "aGk="}]}'),
        *('{"instances": [1], "a": 1}', '{"instances": [1]', '{"instances": [1]} more', "[1]"),
        '{"instances": [{"x": [1, 5], [2}, {"x": 3]}]}',
    ],
)
def test_requests_that_are_not_plain(body):
    assert read_plain_request(body.encode()) is None
