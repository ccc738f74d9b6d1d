"""The generated dates have the answers that Python's own calendar gives."""

import datetime
import re

import pytest

from kerasdl.data.dates import FIRST, FORMATS, LAST, generate_dates, write

MONTHS = {datetime.date(2000, month, 1).strftime("%B").lower(): month for month in range(1, 13)}


def read(text: str) -> datetime.date:
    """An independent reader: day first where numbers stand between slashes or dots."""
    words = re.findall(r"[a-z]+|\d+", text.lower())
    names = [word for word in words if word[:3] in {name[:3] for name in MONTHS}]
    numbers = [int(word) for word in words if word.isdigit()]
    if re.fullmatch(r"\d{8}", text):
        return datetime.datetime.strptime(text, "%Y%m%d").date()
    if names:
        (month,) = {number for name, number in MONTHS.items() if name.startswith(names[0][:3])}
        day, year = sorted(numbers) if "'" not in text else numbers
    else:
        day, month, year = numbers if numbers[0] < 32 else numbers[::-1]
    if year < 100:
        year += 2000 if year < 50 else 1900
    return datetime.date(year, month, day)


@pytest.mark.parametrize("case", [0, 4, 5])
@pytest.mark.parametrize("style", FORMATS)
def test_every_format_can_be_read_back(style: str, case: int) -> None:
    for day in (datetime.date(2012, 3, 3), datetime.date(1951, 11, 22), FIRST, LAST):
        assert read(write(day, style, case)) == day


def test_weekdays_and_ordinals_are_right() -> None:
    style = "{weekday} {wday} {ordinal}"
    first = datetime.date(2012, 3, 1)
    for offset in range(31):
        day = first + datetime.timedelta(days=offset)
        weekday, short, ordinal = write(day, style).split()
        assert (weekday, short) == (day.strftime("%A"), day.strftime("%a"))
        last = min(day.day % 10, 4)
        expected = "th" if 11 <= day.day <= 13 else ["th", "st", "nd", "rd", "th"][last]
        assert ordinal == f"{day.day}{expected}"


def test_answers_are_right_and_no_day_is_in_two_splits() -> None:
    splits = generate_dates()
    for pairs in splits.values():
        for source, target in zip(pairs.sources[:500], pairs.targets, strict=False):
            assert read(source).isoformat() == target
    days = [set(pairs.targets) for pairs in splits.values()]
    assert sum(map(len, days)) == len(set.union(*days)) == (LAST - FIRST).days + 1


def test_they_are_always_the_same() -> None:
    assert generate_dates() == generate_dates()
