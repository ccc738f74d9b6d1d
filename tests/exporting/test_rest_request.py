import json

import numpy as np

from kerasdl.exporting.rest_request import rest_request


def test_a_request_in_row_format_names_every_input():
    inputs = {
        "image": np.array([[[1], [2]], [[3], [4]]], np.uint8),
        "name": np.array([b"\xff", b"ab"], dtype=object),
        "weight": np.array([0.5, 2], np.float32),
    }
    request = rest_request("serve", inputs)
    assert json.loads(json.dumps(request)) == {
        "signature_name": "serve",
        "instances": [
            {"image": [[1], [2]], "name": {"b64": "/w=="}, "weight": 0.5},
            {"image": [[3], [4]], "name": {"b64": "YWI="}, "weight": 2.0},
        ],
    }
