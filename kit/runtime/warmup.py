"""Builds the class-data archive from a little of each kind of work that notebooks do; called by `kit prepare`."""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from kit.runtime import jars, jvm, server
from kit.runtime.archive import archive_path, base_path, prune
from kit.runtime.errors import KitError
from kit.runtime.java import Java, find_java
from kit.runtime.session import connect_session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


LIMIT_S = 900.0
# One pass over everything: code that is compiled quickly is what counts here.
SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}


def build_archive() -> Path:
    """Let a server work and keep the classes that it loaded; returns the archive, in place by one rename.

    Takes a minute or two. Raises `KitError` if Java cannot write one (no disk, or a JVM without class-data sharing).
    """
    java, delta = find_java(), jars.delta_jars()
    archive = archive_path(java, delta)
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=archive.parent) as scratch:
        folder = Path(scratch)
        # In its place before anything builds on it: an archive remembers the path of its base.
        base, draft = base_path(archive), folder / "draft.jsa"
        dump_base(java, folder / "base.jsa").replace(base)
        record_work(folder, [f"-XX:SharedArchiveFile={base}", f"-XX:ArchiveClassesAtExit={draft}"])
        if not draft.is_file() or not is_accepted(java, delta, base, draft):
            raise KitError(
                f"Java {java.version} ({java.home}) wrote no usable class-data archive.", "See `kit doctor`."
            )
        draft.replace(archive)
    prune(archive.parent)
    return archive


def dump_base(java: Java, path: Path) -> Path:
    """Write the archive of Java's own classes, which a JRE made by jlink lacks."""
    # Only G1 can put objects besides classes into it; any collector can use them.
    command = [str(java.executable), "-XX:+UseG1GC", "-Xshare:dump", f"-XX:SharedArchiveFile={path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not path.is_file():
        raise KitError(
            f"Java {java.version} wrote no class-data archive: {done.stderr[-300:]}", "See `kit doctor`: disk."
        )
    return path


def is_accepted(java: Java, delta: list[Path], base: Path, archive: Path) -> bool:
    """Whether a JVM that insists on the archive starts with it; one that may do without says nothing when it does."""
    command = [
        str(java.executable),
        "-Xshare:on",
        f"-XX:SharedArchiveFile={base}:{archive}",
        "-cp",
        jvm.class_path(delta),
    ]
    return subprocess.run([*command, "-version"], capture_output=True, check=False).returncode == 0


def record_work(folder: Path, options: list[str]) -> None:
    """Run a server of its own with these JVM options through `work` and wait until it has ended."""
    with server.lease(folder / "server") as held:
        order = server.order_of(held.folder, SETTINGS, ())
        # The archive is written when the JVM ends, which is then slow.
        server.spawn_guard(held.folder, {**order, "attempts": [options], "grace_s": LIMIT_S})
        started = server.Starting(held.folder, order["token"]).wait_ready(LIMIT_S)
        work(started.url, started.token, folder)
    started.wait_gone()


def work(url: str, token: str, folder: Path) -> None:
    """Let a server read, check, join, merge and aggregate Delta tables and fit models; its files go into `folder`."""
    spark = connect_session(url, token, str(uuid.uuid4()))
    events = write_tables(spark, folder)
    query_tables(spark, events, str(folder / "events"))
    fit_models(events, str(folder / "model"))
    spark.stop()


def write_tables(spark: SparkSession, folder: Path) -> DataFrame:
    """Bring a few thousand rows from CSV into a partitioned Delta table, replace a part, merge; returns the table."""
    from pyspark.sql import functions as f

    table, files = str(folder / "events"), str(folder / "csv")
    rows = spark.range(4000).selectExpr(
        "id",
        "id % 5 as kind",
        "rand(1) as x",
        "rand(2) as y",
        "timestamp'2024-01-01' + make_dt_interval(id % 90) as at",
    )
    rows.write.mode("overwrite").csv(files, header=True)
    read = spark.read.csv(
        files, header=True, nullValue="NA", schema="id bigint, kind int, x double, y double, at timestamp"
    )
    events = read.dropDuplicates(["id"]).withColumns(
        {"day": f.to_date("at"), "late": (f.col("x") > 0.6).cast("int"), "name": f.concat(f.lit("k"), f.col("kind"))}
    )
    events.write.format("delta").mode("overwrite").partitionBy("kind").save(table)
    events.filter("kind = 3").write.format("delta").mode("overwrite").option("replaceWhere", "kind = 3").save(table)
    events.filter("id > 3900").withColumn("id", f.col("id") + 50).createOrReplaceTempView("changes")
    spark.sql(
        f"merge into delta.`{table}` t using changes c on t.id = c.id "
        "when matched then update set * when not matched then insert *"
    )
    return spark.read.format("delta").load(table)


def query_tables(spark: SparkSession, events: DataFrame, table: str) -> None:
    """Joins, windows, quantiles, pivots, table history and time travel, with small results fetched to Python."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    kinds = events.groupBy("kind").agg(f.count("*").alias("n"), f.avg("x"), f.countDistinct("id"), f.max("at"))
    latest = Window.partitionBy("kind").orderBy(f.desc("at"))
    joined = events.join(f.broadcast(kinds), "kind", "left").withColumn("rank", f.row_number().over(latest))
    joined.filter("rank <= 20").orderBy("kind", "rank").toPandas()
    events.groupBy("day").pivot("kind").agg(f.expr("percentile_approx(y, 0.5)")).orderBy("day").toPandas()
    events.select(
        f.expr("count_if(x is null)"), f.stddev("x"), f.corr("x", "y"), f.approx_count_distinct("name")
    ).collect()
    events.approxQuantile("x", [0.1, 0.5, 0.9], 0.01)
    spark.sql(f"describe history delta.`{table}`").select("version", "operation").collect()
    spark.read.format("delta").option("versionAsOf", 0).load(table).groupBy("kind").sum("y").collect()
    spark.createDataFrame([("x", 1.0)], "name string, value double").write.format("delta").mode("append").save(
        table + "_log"
    )


def fit_models(events: DataFrame, path: str) -> None:
    """Fit, save, load and judge a linear and a tree model on all feature kinds."""
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.classification import GBTClassifier, LogisticRegression
    from pyspark.ml.evaluation import BinaryClassificationEvaluator
    from pyspark.ml.feature import Imputer, OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
    from pyspark.ml.functions import vector_to_array

    prepare = [
        StringIndexer(inputCol="name", outputCol="name_index", handleInvalid="keep"),
        OneHotEncoder(inputCol="name_index", outputCol="name_vector"),
        Imputer(inputCols=["x", "y"], outputCols=["x_full", "y_full"]),
        VectorAssembler(inputCols=["name_vector", "x_full", "y_full"], outputCol="raw"),
        StandardScaler(inputCol="raw", outputCol="features"),
    ]
    judge = BinaryClassificationEvaluator(labelCol="late")
    for model in (
        LogisticRegression(labelCol="late", maxIter=5),
        GBTClassifier(labelCol="late", maxIter=2, maxDepth=3),
    ):
        Pipeline(stages=[*prepare, model]).fit(events).write().overwrite().save(path)
        scored = PipelineModel.load(path).transform(events)
        judge.evaluate(scored)
        scored.select(vector_to_array("probability")[1].alias("p")).agg({"p": "avg"}).collect()
