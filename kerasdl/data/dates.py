"""Dates as people write them, and the same dates in ISO 8601.

A task with known answers, generated: no download, no labelling, as much of it as one
likes. A model must find day, month and year wherever they stand, learn what the names
of the months mean, and pay no attention to the day of the week. Slashes and dots stand
between day, month and year, in this order. All dates lie in one hundred years, so that
two digits tell the year.
"""

import datetime

from kerasdl.data.splitting import random_order, random_stream
from kerasdl.data.text_pairs import TextPairs

FIRST, LAST = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)

FORMATS = (
    "{day} {month} {year}",
    "{day:02} {month} {year}",
    "{day} {mon} {year}",
    "{ordinal} {month} {year}",
    "{ordinal} of {month} {year}",
    "the {ordinal} of {month}, {year}",
    "{month} {day}, {year}",
    "{month} {ordinal}, {year}",
    "{mon} {day}, {year}",
    "{weekday}, {day} {month} {year}",
    "{weekday}, {month} {day}, {year}",
    "{weekday} the {ordinal} of {month} {year}",
    "{wday} {day} {mon} {year}",
    "{year}, {month} {day}",
    "{day}-{mon}-{year}",
    "{day} {mon} '{short:02}",
    "{day:02}/{number:02}/{year}",
    "{day}/{number}/{year}",
    "{day:02}/{number:02}/{short:02}",
    "{day:02}.{number:02}.{year}",
    "{day}.{number}.{short:02}",
    "{year}/{number:02}/{day:02}",
    "{year}{number:02}{day:02}",
)
"""The ways to write a date; a third of the written ones are in lower or upper case."""

# English whatever the locale, which strftime is not.
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

_HELD_OUT = {"validation": 1_000, "test": 2_000}
_FORMATS_PER_DAY = 2
_SEED = 0


def generate_dates() -> dict[str, TextPairs]:
    """Returns the splits, always the same; no day is in two of them.

    >>> {split: len(pairs) for split, pairs in generate_dates().items()}
    {'train': 67050, 'validation': 1000, 'test': 2000}
    """
    days = [FIRST + datetime.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    order = random_order(len(days), _SEED)
    splits, start = {}, 0
    for number, (split, count) in enumerate((*_HELD_OUT.items(), ("train", len(days)))):
        chosen = [days[index] for index in order[start : start + count]]
        chosen = chosen * (_FORMATS_PER_DAY if split == "train" else 1)
        generator = random_stream(_SEED, number)
        styles = generator.randint(len(FORMATS), size=len(chosen))
        cases = generator.randint(6, size=len(chosen))
        written = [
            write(day, FORMATS[style], case)
            for day, style, case in zip(chosen, styles, cases, strict=True)
        ]
        splits[split] = TextPairs(tuple(written), tuple(day.isoformat() for day in chosen))
        start += count
    return {split: splits[split] for split in ("train", "validation", "test")}


def write(day: datetime.date, style: str, case: int = 0) -> str:
    """Writes a date.

    Args:
        day: the date.
        style: one of `FORMATS`.
        case: 4: in lower case; 5: in upper case; anything else: as it is.

    Example:

    >>> write(datetime.date(2012, 3, 3), "{weekday}, {ordinal} of {month} '{short:02}")
    "Saturday, 3rd of March '12"
    """
    month, weekday = _MONTHS[day.month - 1], _WEEKDAYS[day.weekday()]
    text = style.format(
        day=day.day,
        ordinal=f"{day.day}{_ending(day.day)}",
        number=day.month,
        month=month,
        mon=month[:3],
        weekday=weekday,
        wday=weekday[:3],
        year=day.year,
        short=day.year % 100,
    )
    return text.lower() if case == 4 else text.upper() if case == 5 else text


def _ending(day: int) -> str:
    if 11 <= day <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
