"""Quantities carry their unit, and nothing is guessed."""

import pytest

from load_tests.specification.quantities import (
    format_duration,
    format_share,
    format_users,
    parse_duration,
    parse_rate,
    parse_share,
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("250ms", 0.25), ("20s", 20), ("1.5 s", 1.5), ("2m", 120), ("2min", 120), ("1h", 3600)]
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["100", 100, 1.5, "-1s", "s", "", None, "1e3s", "20 sec", True, "nan s", ["1s"]])
def test_what_is_no_duration_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match="such as 250ms, 20s, 2m or 1h"):
        parse_duration(text)


@pytest.mark.parametrize(("text", "rps"), [("5/s", 5), ("0.5/s", 0.5), ("300/min", 5), ("300 / m", 5), ("3600/h", 1)])
def test_a_rate_is_read_per_second(text: str, rps: float) -> None:
    assert parse_rate(text) == rps


@pytest.mark.parametrize("text", ["5", 5, "5/ms", "5 rps", "/s", "-5/s"])
def test_what_is_no_rate_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match="such as 5/s or 300/min"):
        parse_rate(text)


@pytest.mark.parametrize(("text", "share"), [("0.1%", 0.001), ("99 %", 0.99), ("1/6", 1 / 6), ("0%", 0), ("100%", 1)])
def test_a_share_is_read_as_a_fraction(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share, abs=1e-15)


@pytest.mark.parametrize("text", ["0.1", 0.1, "101%", "7/6", "1/0", "-1%"])
def test_what_is_no_share_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match=r"such as 1% or 1/6"):
        parse_share(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.25, "250 ms"), (0.0123, "12.3 ms"), (20, "20 s"), (150, "2 min 30 s"), (3600, "60 min")]
)
def test_a_duration_is_written_for_people(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7199.5, "120 min"),
        (7200, "2 h"),
        (12_001, "3 h 21 min"),
        (172_799, "48 h"),
        (172_800, "2 days"),
        (3_600_069, "41 days 17 h"),
    ],
)
def test_what_takes_longer_is_told_in_larger_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_a_share_is_written_as_a_percentage() -> None:
    assert format_share(0.00633) == "0.633 %"


def test_one_user_is_not_called_several() -> None:
    assert [format_users(users) for users in (1, 2)] == ["1 user", "2 users"]
