"""What docs/serving.md says of Ray Serve: collected where the extra `ray` is installed.

pip install -e '.[dev,ray]' && pytest -m ray
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "serving.md"

ASK = """
import urllib.request

request = urllib.request.Request(
    "http://127.0.0.1:8000/v1/models/half:predict", b'{"instances": [2, 4]}'
)
print("ANSWER", urllib.request.urlopen(request).read().decode())
serve.shutdown()
"""


@pytest.mark.ray
def test_the_application_mounts_in_ray_serve(half_plus_two, tmp_path):
    half_plus_two(tmp_path / "half" / "1")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    code = code.replace('"/shared/saved_models"', repr(str(tmp_path)))
    assert str(tmp_path) in code
    script = tmp_path / "script.py"
    script.write_text(code + ASK)
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=300
    )
    (answer,) = re.findall(r"^ANSWER (.*)$", done.stdout, re.MULTILINE)
    assert json.loads(answer) == {"predictions": [3.0, 4.0]}
