"""What was used survives JSON."""

import json

from kerasdl.data import DataInfo, load_images


def test_json_keeps_every_field():
    info = load_images("digits").info
    assert DataInfo.from_json(json.loads(json.dumps(info.to_json()))) == info
    assert info.counts == {"train": 1294, "validation": 144, "test": 359}
    assert info.location == "scikit-learn (embedded)"
