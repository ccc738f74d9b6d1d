"""JSON as TensorFlow Serving reads it: the same with and without recursion."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerasdl.serving import json_text
from kerasdl.serving.json_text import parse
from kerasdl.serving.serving_error import ServingError

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False),
        st.text(),
    ),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_json_comes_back(value):
    text = json.dumps(value)
    assert parse(text.encode()) == value


@given(VALUES)
def test_both_parsers_agree(value):
    text = json.dumps(value, indent=1)
    flat, nested = json_text._parse_flat(text), json.loads(text)
    # Whole numbers of over 20 digits are floats in the one without recursion.
    assert json.dumps(flat) == json.dumps(nested) or _approximately(flat, nested)


def _approximately(one, other):
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_approximately, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_approximately(one[k], other[k]) for k in one)
    if isinstance(one, float):
        return math.isclose(one, other)
    return one == other


@pytest.mark.parametrize("read", [lambda text: parse(text.encode()), json_text._parse_flat])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "a": 2}', {"a": 1}),
        ('{"a": {"b": 1, "b": []}, "a": [2]}', {"a": {"b": 1}}),
        ("[1, 2.5, -3e2] and more }", [1, 2.5, -300.0]),
        ("[Infinity, -Infinity]", [math.inf, -math.inf]),
        ('["\\u00e4\\n", ""]', ["ä\n", ""]),
        ("[[], {}, [[]]]", [[], {}, [[]]]),
        ("[true, false, null]", [True, False, None]),
        ("7", 7),
    ],
)
def test_what_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize("read", [lambda text: parse(text.encode()), json_text._parse_flat])
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1,]",
        "[1 2]",
        '{"a" 1}',
        "{1: 2}",
        '{"a": }',
        "]",
        "[nul]",
        '["\\x"]',
        '["a',
        "{,}",
        "[}",
    ],
)
def test_what_is_no_json(read, text):
    with pytest.raises(ServingError, match=r"^JSON Parse error: .* at offset: \d+$"):
        read(text)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The document is empty"),
        (b" \n\t ", "The document is empty"),
        (b'{"a": "\xff"}', "Invalid encoding in string"),
    ],
)
def test_what_is_no_text(body, message):
    with pytest.raises(ServingError, match=message):
        parse(body)


def test_nan():
    assert math.isnan(parse(b"[NaN]")[0])


@pytest.mark.parametrize("depth", [990, 1000, 500_000])
def test_any_depth(depth):
    value = parse(b'{"deep": ' + b"[" * depth + b"]" * depth + b', "after": 1}')
    assert value["after"] == 1
    found, value = 0, value["deep"]
    while value:
        found, value = found + 1, value[0]
    assert found == depth - 1


def test_depth_has_an_end():
    with pytest.raises(ServingError, match=r"Nested too deep\. at offset: 1000000"):
        parse(b"[" * 1_000_001)
    with pytest.raises(ServingError, match="Nested too deep, or a number too long, for so large"):
        parse(b'["' + b"a" * 2**24 + b'", ' + b"[" * 2000)


def test_lists_have_an_end():
    with pytest.raises(ServingError, match="More than 4194304 lists and objects"):
        parse(b"[" + b"[]," * 2**22 + b"{}]")


@given(VALUES)
def test_large_texts_are_read_as_small_ones(value):
    text = json.dumps(value)
    assert json_text._SHARING_DECODER.decode(text) == value


def test_others_have_their_turn_while_a_large_text_is_read(turns_of_others):
    body = b'{"a": [' + b"1, 0.25, " * 400_000 + b"1]}"
    assert turns_of_others(lambda: parse(body)) > 200


def test_a_number_of_many_digits():
    assert parse(b"[" + b"9" * 5000 + b"]") == [math.inf]
    assert parse(b"[" + b"9" * 300 + b"]")[0] == int("9" * 300)
