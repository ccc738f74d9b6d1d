"""Tensors to JSON and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasdl.serving.predict_request import read_predict_request
from kerasdl.serving.predict_response import float_texts, write_predict_response
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo

NUMBERS = {
    "DT_FLOAT": np.float32, "DT_DOUBLE": np.float64, "DT_INT8": np.int8, "DT_INT16": np.int16,
    "DT_INT32": np.int32, "DT_INT64": np.int64, "DT_UINT8": np.uint8, "DT_UINT16": np.uint16,
    "DT_UINT32": np.uint32, "DT_UINT64": np.uint64, "DT_BOOL": np.bool_,
}  # fmt: skip
SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


def tensors(dtype):
    return arrays.arrays(NUMBERS[dtype], SHAPES)


def read_back(body, **dtypes):
    signature = SignatureInfo({name: TensorInfo(dtype) for name, dtype in dtypes.items()}, {})
    return read_predict_request(body, lambda name: signature)


@pytest.mark.parametrize("row", [True, False])
@pytest.mark.parametrize("dtype", NUMBERS)
@given(st.data())
def test_numbers_come_back_to_the_bit(dtype, row, data):
    tensor = data.draw(tensors(dtype))
    body = write_predict_response({"x": tensor}, row=row)
    body = body.replace(b'"predictions"', b'"instances"').replace(b'"outputs"', b'"inputs"')
    found = read_back(body, x=dtype)
    assert found.row is row
    assert found.tensors["x"].dtype == tensor.dtype
    np.testing.assert_array_equal(found.tensors["x"], tensor)


@given(arrays.arrays(object, SHAPES, elements=st.binary()))
def test_bytes_come_back(tensor):
    body = write_predict_response({"x_bytes": tensor}, row=False).replace(b'"outputs"', b'"inputs"')
    found = read_back(body, x_bytes="DT_STRING").tensors["x_bytes"]
    assert found.shape == tensor.shape
    assert found.tolist() == tensor.tolist()


@given(arrays.arrays(object, SHAPES, elements=st.text()))
def test_words_come_back(tensor):
    encoded = np.array([word.encode() for word in tensor.ravel()], dtype=object)
    body = write_predict_response({"x": encoded.reshape(tensor.shape)}, row=True)
    found = read_back(body.replace(b'"predictions"', b'"instances"'), x="DT_STRING").tensors["x"]
    assert [word.decode() for word in found.ravel()] == tensor.ravel().tolist()


@given(st.data())
def test_several_tensors_come_back_as_rows(data):
    count = data.draw(st.integers(1, 4))
    one = data.draw(arrays.arrays(np.float32, (count, 2, 3)))
    other = data.draw(arrays.arrays(np.int64, (count,)))
    body = write_predict_response({"a": one, "b": other}, row=True)
    body = body.replace(b'"predictions"', b'"instances"')
    found = read_back(body, a="DT_FLOAT", b="DT_INT64").tensors
    np.testing.assert_array_equal(found["a"], one)
    np.testing.assert_array_equal(found["b"], other)


def test_numbers_beyond_float32_become_infinite_or_zero():
    body = b'{"instances": [1e39, -1e39, 1e-50, -1e-50, %s]}' % (b"9" * 400)
    found = read_back(body, x="DT_FLOAT").tensors["x"]
    np.testing.assert_array_equal(found, np.array([np.inf, -np.inf, 0, -0.0, np.inf], np.float32))
    assert np.signbit(found).tolist() == [False, True, False, True, False]


def test_floats_are_written_as_c_writes_them():
    values = np.array([0.2, 1.0, 999999, 9e6, 1 / 3, -0.0, np.nan, -np.inf, 1e-7], np.float32)
    assert float_texts(values) == [
        *("0.2", "1.0", "999999.0", "9e+06", "0.333333343", "-0.0", "NaN", "-Infinity", "1e-07"),
    ]
    assert float_texts(np.array([0.1, 1 / 3])) == ["0.1", "0.33333333333333331"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(st.data())
def test_many_floats_are_written_as_few_are(dtype, data):
    values = data.draw(arrays.arrays(dtype, 100))
    rounded = np.array([float(f"{value:.5g}") for value in values]).astype(dtype)
    both = np.concatenate([values, rounded])
    assert float_texts(both) == [float_texts(both[i : i + 1])[0] for i in range(len(both))]


@pytest.mark.parametrize("row", [True, False])
@given(st.data())
def test_large_tensors_are_written_and_read_in_pieces(row, data):
    count = data.draw(st.integers(1, 4))
    shape = (count, *data.draw(arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)))
    outputs = {"a": data.draw(arrays.arrays(np.float32, shape))}
    if data.draw(st.booleans()):
        outputs["b"] = data.draw(arrays.arrays(np.int64, (count,)))
    whole = write_predict_response(outputs, row=row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kerasdl.serving.predict_response._PIECE", data.draw(st.integers(1, 9)))
        patch.setattr("kerasdl.serving.tensor_values._PIECE", 3)
        assert write_predict_response(outputs, row=row) == whole
        # Further keys are for the careful way alone.
        body = whole.replace(b'{"predictions"', b'{"more": 1, "instances"')
        body = body.replace(b'{"outputs"', b'{"more": 1, "inputs"')
        dtypes = {"a": "DT_FLOAT", "b": "DT_INT64"}
        found = read_back(body, **{name: dtypes[name] for name in outputs}).tensors
    for name, tensor in outputs.items():
        if tensor.size:  # of an empty list's list nobody knows the size
            np.testing.assert_array_equal(found[name], tensor)


@pytest.mark.parametrize(
    ("dtype", "value", "message"),
    [
        ("DT_FLOAT", "true", "JSON Value: true Type: True is not of expected type: float"),
        ("DT_FLOAT", '"1"', "Type: String is not of expected type: float"),
        ("DT_INT32", "1.0", "Type: Number is not of expected type: int32"),
        ("DT_INT32", "3000000000", r"not of expected type: int32 \(out of its range, -2147483648"),
        ("DT_UINT8", "256", r"not of expected type: uint8 \(out of its range, 0 to 255\)"),
        ("DT_BOOL", "1", "Type: Number is not of expected type: bool"),
        ("DT_STRING", "1", "Type: Number is not of expected type: string"),
        ("DT_STRING", "null", "Type: Null is not of expected type: string"),
        ("DT_STRING", '[{"b64": "a"}]', "Unable to base64 decode"),
        ("DT_STRING", '[{"b64": "a\u00a0Gk="}]', "Unable to base64 decode"),
        ("DT_STRING", '[{"b64": "a?=="}]', 'Unable to base64 decode "a.=="'),
        ("DT_STRING", '[{"b64": 1}]', '{"b64": 1} not formatted correctly for base64 data'),
        ("DT_STRING", '[{"b64": "", "c": 1}]', "not formatted correctly for base64 data"),
        ("DT_STRING", '"\\ud800"', "The surrogate pair in string is invalid"),
        ("DT_FLOAT", "[[1], [1, 2]]", "list at unexpected size: 2 at level: 1 expected size: 1"),
        (
            "DT_FLOAT",
            "[[1], 2]",
            "JSON Value: 2 found at incorrect level: 2 in the JSON DOM. Expected at level: 2",
        ),
        ("DT_FLOAT", "[1, [2]]", "Encountered list at unexpected level: 1 expected < 1"),
        ("DT_FLOAT", f'"{"a" * 1000}"', r"a{255}\.\.\. Type: String"),
    ],
)
def test_values_that_do_not_fit(dtype, value, message):
    with pytest.raises(ServingError, match=message) as caught:
        read_back(f'{{"inputs": {{"x": {value}}}}}'.encode(), x=dtype)
    assert caught.value.http_status == 400


@pytest.mark.parametrize(("form", "status"), [("inputs", 501), ("instances", 400)])
def test_types_that_json_does_not_have(form, status):
    with pytest.raises(ServingError, match="to type: half") as caught:
        read_back(f'{{"{form}": [1.0]}}'.encode(), x="DT_HALF")
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[1]", r"JSON Value: \[1\] Is not object"),
        ("{}", "Missing 'inputs' or 'instances' key"),
        ('{"inputs": 1, "instances": [1]}', "only one of 'inputs' or 'instances' keys"),
        ('{"instances": 1}', "JSON Value: {.*} Expecting 'instances' to be an list/array"),
        ('{"instances": []}', "JSON Value: {.*} No values in 'instances' array"),
        ('{"instances": [{"a": 1, "b": 1}, [1]]}', "Expecting object but got list at item 1"),
        ('{"instances": [[1], {"a": 1}]}', "Expecting value/list but got object at item 1"),
        ('{"instances": [1, 2]}', "instances is a plain list, but expecting list of objects"),
        (
            '{"instances": [{"a": 1, "c": 1}]}',
            "element: 0 key: c of 'instances' list. Error: INVALID_ARGUMENT: "
            "JSON object: does not have named input: c",
        ),
        (
            '{"instances": [{"a": 1}]}',
            "element: 0 of 'instances' list. JSON object: {\"a\": 1} keys must be equal to: a,b",
        ),
        ('{"instances": [{"b64": 1}]}', "does not have named input: b64"),
        (
            '{"instances": [{"a": 1, "b": 1}, {"a": 1, "b": "x"}]}',
            "element: 1 key: b of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: \"x\"",
        ),
        (
            '{"instances": [{"a": [1], "b": 1}, {"a": [1, 2], "b": 1}]}',
            "Expecting tensor size: 1 but got: 2",
        ),
        (
            '{"instances": [{"a": [[1, 2]], "b": 1}, {"a": [1, 2], "b": 1}]}',
            r"Expecting shape \[1,2\] but got: \[2\]",
        ),
        ('{"inputs": [1]}', "inputs is a plain value/list, but expecting an object"),
        ('{"inputs": {"a": 1}}', "Missing named input: b in 'inputs' object"),
        ('{"signature_name": 1, "inputs": {}}', "'signature_name' key must be a string value"),
    ],
)
def test_requests_that_are_malformed(body, message):
    with pytest.raises(ServingError, match=message):
        read_back(body.encode(), a="DT_FLOAT", b="DT_FLOAT")


def test_a_signature_without_inputs():
    with pytest.raises(ServingError, match="Failed to get input map for signature: DEFAULT"):
        read_back(b'{"instances": [1]}')


def test_base64_may_lack_padding():
    found = read_back(b'{"instances": [{"b64": "aGk"}, {"b64": "aGk="}]}', x="DT_STRING")
    assert found.tensors["x"].tolist() == [b"hi", b"hi"]


def test_base64_may_be_broken_into_lines():
    found = read_back(rb'{"instances": [{"b64": " aGVs\nbG8h\r\n\taGk= "}]}', x="DT_STRING")
    assert found.tensors["x"].tolist() == [b"hello!hi"]


def test_columns_ignore_what_the_signature_does_not_name():
    found = read_back(b'{"inputs": {"a": 1, "z": "?"}, "more": {}}', a="DT_FLOAT")
    assert found.tensors["a"].shape == ()


def test_outputs_that_have_no_rows():
    with pytest.raises(ServingError, match="Tensor name: a has no shape information "):
        write_predict_response({"a": np.array(1.0)}, row=True)
    with pytest.raises(ServingError, match="b has inconsistent batch size: 3 expecting: 2"):
        write_predict_response({"a": np.zeros(2), "b": np.zeros(3)}, row=True)
    with pytest.raises(ServingError, match="empty tensor map"):
        write_predict_response({}, row=True)
    with pytest.raises(ServingError, match="tensor type: half"):
        write_predict_response({"a": np.zeros(2, np.float16)}, row=True)
    assert json.loads(write_predict_response({"a": np.array(1.5)}, row=False)) == {"outputs": 1.5}


def test_strings_that_are_no_utf8_are_replaced():
    tensor = np.array([b"\xff"], dtype=object)
    assert json.loads(write_predict_response({"a": tensor}, row=True)) == {
        "predictions": ["\ufffd"]
    }
