import pytest

from kerasdl.exporting import InputError
from kerasdl.exporting.versions import find_saved_model, list_versions, next_version


def test_the_first_version_is_1(tmp_path):
    assert next_version(tmp_path) == 1
    assert next_version(tmp_path / "not yet") == 1


def test_versions_are_ordered_as_numbers(tmp_path):
    for name in ("10", "9", "007", "-3", "1.0", "v2", "", "²"):
        (tmp_path / name).mkdir(exist_ok=True)
    assert list(list_versions(tmp_path)) == [7, 9, 10]
    assert list_versions(tmp_path)[7] == tmp_path / "007"
    assert next_version(tmp_path) == 11


def test_a_file_with_a_number_for_a_name_takes_the_number(tmp_path):
    (tmp_path / "4").write_text("")
    assert next_version(tmp_path) == 5


def test_a_version_without_a_model_is_passed_over(tmp_path):
    for version in (2, 10, 11):
        (tmp_path / str(version)).mkdir()
    (tmp_path / "12").write_text("")
    for version in (2, 10):
        (tmp_path / str(version) / "saved_model.pb").write_text("")
    assert find_saved_model(tmp_path) == tmp_path / "10"
    assert find_saved_model(tmp_path / "2") == tmp_path / "2"
    with pytest.raises(InputError, match="11 is not an exported model"):
        find_saved_model(tmp_path / "11")
