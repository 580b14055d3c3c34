"""Settings come from the environment; a wrong one is named with its value."""

import os
from pathlib import Path

import pytest

from service.refusal import RefusalError
from service.settings import DEFAULT_CONFIG, TEXTS, Settings, load_settings, what_to_write


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("SERVICE_") or name == "REST_CONFIG":
            monkeypatch.delenv(name)


def test_a_person_who_sets_nothing_gets_a_local_service() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.rest_config == DEFAULT_CONFIG
    assert settings.rest_config.is_file()
    assert settings.max_body_bytes == 2**20
    assert settings.keep_alive_s == 75
    assert settings.emulate_cpu_ms == 0


def test_every_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REST_CONFIG", "other.yaml")
    monkeypatch.setenv("SERVICE_PORT", "9000")
    monkeypatch.setenv("SERVICE_EMULATE_CPU_MS", "2.5")
    monkeypatch.setenv("SERVICE_MAX_BODY_BYTES", "2MiB")
    settings = load_settings()
    assert settings.rest_config == Path("other.yaml")
    assert (settings.port, settings.emulate_cpu_ms, settings.max_body_bytes) == (9000, 2.5, 2 * 2**20)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SERVICE_PORT", "eighty"),
        ("SERVICE_PORT", "70000"),
        ("SERVICE_PORT", "tcp://10.0.0.1:8000"),
        ("SERVICE_MAX_BODY_BYTES", "10"),
        ("SERVICE_MAX_BODY_BYTES", "many"),
        ("SERVICE_KEEP_ALIVE_S", "0"),
        ("SERVICE_EMULATE_CPU_MS", "-1"),
        ("SERVICE_EMULATE_CPU_MS", "nan"),
        ("SERVICE_EMULATE_CPU_MS", "inf"),
        ("SERVICE_MAX_IN_FLIGHT", "0"),
        ("SERVICE_MAX_WAIT_MS", "0"),
        ("SERVICE_MAX_WAIT_MS", "inf"),
        ("SERVICE_REQUEST_TIMEOUT_S", "0"),
        ("SERVICE_MAX_CONNECTIONS", "0"),
        ("SERVICE_CONNECTION_MAX_AGE_S", "0"),
        ("SERVICE_DRAIN_SECONDS", "-1"),
        ("SERVICE_DRAIN_SECONDS", "10s"),
        ("SERVICE_SERVED_BY", "a pod\r\nX: y"),
        ("SERVICE_LOG_LEVEL", "loud"),
        ("SERVICE_MODEL_PACKAGE", "../etc"),
        ("SERVICE_HOST", ""),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(RefusalError, match=f"^{variable}=") as refusal:
        load_settings()
    assert repr(value) in str(refusal.value)
    assert ": write " in str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("SERVICE_PORT", "http", "a whole number, at least 0, at most 65535; the default is 8000"),
        ("SERVICE_MAX_WAIT_MS", "0", "a number, more than 0, at most 600000; the default is 500.0"),
        ("SERVICE_TRACING", "maybe", "true or false; the default is false"),
        ("SERVICE_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("SERVICE_HOST", "", "an address of this machine, such as 127.0.0.1"),
    ],
)
def test_what_to_write_instead_is_said(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, what: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(RefusalError) as refusal:
        load_settings()
    assert str(refusal.value) == f"{variable}={value!r}: write {what}"


def test_there_is_something_to_write_for_every_setting() -> None:
    for name, field in Settings.model_fields.items():
        assert name == "rest_config" or TEXTS.get(name) or what_to_write(field), name


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_PORT", "eighty")
    monkeypatch.setenv("SERVICE_HOST", "")
    with pytest.raises(RefusalError) as refusal:
        load_settings()
    named = [reason.partition(":")[0] for reason in refusal.value.reasons]
    assert named == ["SERVICE_HOST=''", "SERVICE_PORT='eighty'"]


def test_a_misspelt_setting_is_pointed_out(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("SERVICE_PROT", "9000")
    load_settings()
    assert "SERVICE_PROT (did you mean SERVICE_PORT?); the settings are SERVICE_" in caplog.text
