"""URLs."""

import pytest

from kerasdl.serving.route import Route, parse_route, sent_path
from kerasdl.serving.serving_error import ServingError


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1/models/m:predict", Route("m", "predict")),
        ("POST", "/V1/MODELS/m/Versions/7:regress", Route("m", "regress", 7)),
        ("POST", "/v1/models/a%2Fb/labels/x%3A:classify", Route("a/b", "classify", None, "x:")),
        ("GET", "/v1/models/m", Route("m", "status")),
        ("GET", "/v1/models/m/versions/00012", Route("m", "status", 12)),
        ("GET", f"/v1/models/m/versions/{'0' * 5000}7", Route("m", "status", 7)),
        ("GET", "/v1/models/m/versions/0", Route("m", "status", 0)),
        ("GET", "/v1/models/m/labels/l/metadata", Route("m", "metadata", None, "l")),
        ("GET", "/v1/models/m/METADATA", Route("m", "status")),
        ("GET", "/v1/models/..", Route("..", "status")),
        # The query string is part of what is matched.
        ("GET", "/v1/models/m?x", Route("m?x", "status")),
    ],
)
def test_what_is_asked(method, path, route):
    assert parse_route(method, path) == route


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/models/m:PREDICT"),
        ("POST", "/v1/models/m:generate"),
        ("POST", "/v1/models/m"),
        ("POST", "/v1/models/m:predict?a=b"),
        ("POST", "/v1/models/m/versions/1/labels/l:predict"),
        ("POST", "/v1/models/m/versions/\u0661:predict"),
        ("GET", "/v1/models/m/other"),
        ("GET", "/v1/models/a/b"),
        ("PUT", "/v1/models/m"),
        ("DELETE", "/v1/models/m:predict"),
        ("HEAD", "/v1/models/m"),
        ("GET", "/v1/"),
    ],
)
def test_what_is_malformed(method, path):
    with pytest.raises(ServingError, match=r"^Malformed request: ") as caught:
        parse_route(method, path)
    assert caught.value.message == f"Malformed request: {method} {path}"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/models", "Missing model name in request"),
        (
            "/v1/models/m/versions/9223372036854775808",
            "Failed to convert version: 9223372036854775",
        ),
        # More digits than Python's `int` reads.
        (f"/v1/models/m/versions/{'9' * 5000}", "Failed to convert version: 999"),
    ],
)
def test_what_cannot_be_found(path, message):
    with pytest.raises(ServingError, match=message):
        parse_route("GET", path)


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ({"path": "/v1/models/a/b", "raw_path": b"/v1/models/a%2Fb"}, "/v1/models/a%2Fb"),
        # A server may leave out what was sent.
        ({"path": "/v1/models/\u00e9 %:predict"}, "/v1/models/%C3%A9%20%25:predict"),
        ({"path": "/v1/models/m", "raw_path": None, "root_path": ""}, "/v1/models/m"),
        ({"path": "/tf/v1/models/m", "root_path": "/tf"}, "/v1/models/m"),
        ({"path": "/tf/v1/models/m", "root_path": "/tf/"}, "/v1/models/m"),
        ({"path": "/a/b/v1/m", "raw_path": b"/a/%62/v1/m", "root_path": "/a/b"}, "/v1/m"),
        ({"path": "/tf", "root_path": "/tf"}, "/"),
        # Only at the front, and only once.
        ({"path": "/v1/v1/models/m", "root_path": "/v1"}, "/v1/models/m"),
        ({"path": "/tfx/v1/models/m", "root_path": "/tf"}, "/tfx/v1/models/m"),
        # A server may have taken the prefix off.
        ({"path": "/v1/models/m", "root_path": "/tf"}, "/v1/models/m"),
    ],
)
def test_the_path_below_a_prefix(scope, path):
    assert sent_path(scope) == path
