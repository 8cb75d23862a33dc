"""A run while it lives: it supervises each notebook, holds Spark and the next kernel, and writes the record."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

import kit
from kit.authorship import change_authors, checked_out
from kit.evidence import evidence_of
from kit.executed import correct_executed, hidden_failure, hide_in_notebook
from kit.execution import Execution, Failure
from kit.fingerprint import code_fingerprint, feedback_tables, input_versions
from kit.hearing import judge
from kit.kernels import Kernel, start_kernel
from kit.plan import Plan
from kit.progress import Progress
from kit.project import Project
from kit.records import RUNS, facts_of, last_passed_commit, last_success, read_runs, write_json
from kit.resolved import environment_values
from kit.runtime.context import load_resolved, new_run_id
from kit.runtime.facts import utc_now
from kit.runtime.parameters import to_plain
from kit.runtime.secret import known_values
from kit.spark_of_run import SparkOfRun, new_session_id, settings_of
from kit.spec import SPEC_NAME

_KEPT = (
    "metrics",
    "tables_read",
    "tables_written",
    "sources",
    "expectations",
    "accounting",
    "decision",
    "artefacts",
    "checklist",
    "open_points",
    "notebook",
    "evidence",
    "evidence_at",
    "authors",
)
"""What the record of a stage in which nothing has changed repeats of the one that ran."""

LOOK_S = 0.05
NEXT_KERNEL_AFTER_S = 2.0
"""How long a stage works before the next one's kernel is started: both at once would slow each other down."""


class Run:
    """A run while it lives: its record, its Spark, and the kernel that is started ahead."""

    def __init__(self, project: Project, plan: Plan, progress: Progress, *, is_forced: bool) -> None:
        self.project, self.plan, self.progress, self.is_forced = project, plan, progress, is_forced
        self.enforcement = project.enforcement(plan.environment)
        self.history = read_runs(project.folder)
        self.secrets = known_values(project.spec.model_dump(mode="json", include={"sources", "environments"}))
        self.run_id = new_run_id()
        self.folder = project.folder / RUNS / self.run_id
        settings = settings_of(environment_values(project.catalog, project.spec, plan.environment))
        self.spark = SparkOfRun(project.folder, plan.spark, settings)
        self.ahead: dict[str, tuple[Kernel, str]] = {}
        self.ending: list[threading.Thread] = []
        self.record: dict[str, Any] = {
            "run_id": self.run_id,
            "status": "running",
            "started": utc_now(),
            "ended": None,
            "environment": plan.environment,
            "spark": plan.spark,
            "git_commit": checked_out(project.folder),
            "kit_version": kit.__version__,
            "template": f"{project.spec.template} {project.spec.template_version}",
            "resumes": plan.resumes,
            "parameters": {name: to_plain(value) for name, value in plan.parameters.items()},
            "stages": [self._pending(stage) for stage in plan.stages],
        }

    def execute(self) -> dict[str, Any]:
        """Run every stage in order and return the record."""
        self.folder.mkdir(parents=True)
        self._save()
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            for record in self.record["stages"]:
                self._stage(record)
                if record["status"] == "failed" or not self._passes_gate(record):
                    break
            self._end(self._outcome())
        except BaseException as error:
            self._end("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
            for kernel, _ in self.ahead.values():
                kernel.stop(now=True)
            for thread in self.ending:
                thread.join()
            self.spark.release()
        return self.record

    def _stage(self, record: dict[str, Any]) -> None:
        stage = record["name"]
        record["fingerprint"] = code_fingerprint(self.plan, self.project.spec, stage, self.project.notebook(stage))
        done = None if self.is_forced else self._unchanged_since(record)
        if done is not None:
            self._skip(record, done)
            return
        self.spark.begin()
        self.progress.stage(stage)
        record.update(status="running", started=utc_now(), seconds=None)
        self._save(record)
        began = time.monotonic()
        try:
            failure = self._supervise(stage, record)
        finally:
            hide_in_notebook(self.project.folder / record["notebook"], self.secrets)
        failure = hidden_failure(failure, self.secrets) if failure else None
        record.update(facts_of(self.folder, stage), seconds=round(time.monotonic() - began, 2), ended=utc_now())
        if failure is None and not record["is_finished"]:
            failure = Failure("NotFinished", "the notebook ended without `stage.finish()`")
        self._conclude(record, failure)

    def _passes_gate(self, record: dict[str, Any]) -> bool:
        """Judge the gate of a stage that is done, note its state, and return whether the run goes on."""
        state = judge(self.project, record["name"], self.plan.environment, record)
        goes_on = state.is_open or self.enforcement != "stop"
        record["gate"] = {
            "name": state.name,
            "title": state.title,
            "status": state.status,
            "enforcement": self.enforcement,
            "missing": state.missing,
            "reasons": state.reasons,
            "goes_on": goes_on,
        }
        self._save(record)
        if not state.is_open and self.enforcement != "record":
            said = "; ".join(state.reasons) or f"to be signed by {', '.join(state.missing)}"
            self.progress.stage_done(f"  gate {state.name}", state.status, said)
        return goes_on

    def _outcome(self) -> str:
        """Return the status of a run that came to its end: the first gate that holds it up decides."""
        stages = self.record["stages"]
        held = next(
            (one["gate"]["status"] for one in stages if not one.get("gate", {"goes_on": True})["goes_on"]), None
        )
        if held is not None:
            return "refused" if held == "refused" else "waiting"
        return "succeeded" if all(one["status"] in {"succeeded", "skipped"} for one in stages) else "failed"

    def _supervise(self, stage: str, record: dict[str, Any]) -> Failure | None:
        """Execute the stage's notebook while watching Spark, and start the next kernel meanwhile."""
        kernel, session = self.ahead.pop(stage) if stage in self.ahead else self._start_kernel(stage)
        output = self.project.folder / record["notebook"]
        parameters = self.plan.parameters_of(self.project.spec, stage)
        execution = Execution(self.project.notebook(stage), output, parameters, kernel, self.progress.cell)
        execution.start()
        began, is_spark_gone = time.monotonic(), False
        try:
            while not execution.wait(LOOK_S):
                if self.spark.is_gone() and not is_spark_gone:
                    is_spark_gone = True
                    kernel.stop(now=True)
                if self.enforcement != "stop" and time.monotonic() - began > NEXT_KERNEL_AFTER_S:
                    self._start_ahead(stage)
        except BaseException:
            kernel.stop(now=True)
            execution.wait(10)
            self.spark.interrupt(session)
            record.update(facts_of(self.folder, stage), status="interrupted", ended=utc_now())
            record["seconds"] = round(time.monotonic() - began, 2)
            correct_executed(output, execution.failure or Failure("Interrupted", "the run was interrupted"))
            raise
        if execution.failure is None:
            self._end_behind(kernel)
            return None
        kernel.stop(now=True)
        self.spark.interrupt(session)
        correct_executed(output, execution.failure)
        return self._spark_failure(execution.failure) if is_spark_gone else execution.failure

    def _start_kernel(self, stage: str) -> tuple[Kernel, str]:
        session = new_session_id()
        environment = {
            "KIT_PROJECT": str(self.project.folder),
            "KIT_RUN_ID": self.run_id,
            "KIT_RUN_DIR": str(self.folder),
            "KIT_ENV": self.plan.environment,
            **self.spark.variables(session),
        }
        more = ["mlflow"] if "stage.mlflow()" in self.project.notebook(stage).read_text(encoding="utf-8") else []
        warm_up = f"import kit.runtime.prewarm; kit.runtime.prewarm.warm(*{[self.plan.spark, *more]!r})"
        return start_kernel(self.project.notebook(stage).parent, environment, warm_up), session

    def _end_behind(self, kernel: Kernel) -> None:
        """Let a kernel that has done its work end by its own handlers, while the next stage is at work already."""
        self.ending.append(threading.Thread(target=kernel.stop, name=f"end-{kernel.pid}"))
        self.ending[-1].start()

    def _start_ahead(self, stage: str) -> None:
        following = self.plan.stages[self.plan.stages.index(stage) + 1 :][:1]
        for name in following:
            if name not in self.ahead:
                self.ahead[name] = self._start_kernel(name)

    def _unchanged_since(self, record: dict[str, Any]) -> dict[str, Any] | None:
        done = last_success(self.history, record["name"], self.plan.environment)
        if done is None or done["fingerprint"] != record["fingerprint"] or "evidence" not in done:
            return None
        if done["inputs"] is None:  # only the platform knows; a run that is resumed keeps what it has done
            return done if done["run_id"] in self.plan.resumed_runs else None
        return done if self._inputs(record["name"], done) == done["inputs"] else None

    def _inputs(self, stage: str, facts: dict[str, Any]) -> dict[str, Any] | None:
        return input_versions(self.project.folder, self.plan.environment, stage, facts)

    def _skip(self, record: dict[str, Any], done: dict[str, Any]) -> None:
        kept = {name: done[name] for name in _KEPT}
        record.update(kept, status="skipped", seconds=0.0, unchanged_since=done["run_id"])
        self.progress.stage_done(record["name"], "skipped", f"nothing has changed since run {done['run_id']}")
        self._save(record)

    def _conclude(self, record: dict[str, Any], failure: Failure | None) -> None:
        if failure is None:
            record.update(status="succeeded", inputs=self._inputs(record["name"], record))
            record.update(self._evidence(record))
        else:
            at = f"cell {failure.cell} ({failure.heading}): " if failure.cell else ""
            record.update(status="failed", error=f"{at}{failure.kind}: {failure.cause}", traceback=failure.traceback)
            record["failed_cell"] = failure.cell
        self.progress.stage_done(record["name"], record["status"], f"{record['seconds']:6.1f} s")
        self._save(record)

    def _evidence(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return what the gate of a stage decides on, when it was found, and who changed the code behind it."""
        stage, folder = record["name"], self.project.folder
        feedback = feedback_tables(load_resolved(folder), stage)
        parameters = self.plan.parameters_of(self.project.spec, stage)
        notebook = self.project.notebook(stage).relative_to(folder).as_posix()
        since = last_passed_commit(self.history, stage, self.plan.environment)
        return {
            "evidence": evidence_of(record, parameters, feedback),
            "evidence_at": record["ended"],
            "authors": change_authors(folder, [notebook, "src", SPEC_NAME], since),
        }

    def _spark_failure(self, failure: Failure) -> Failure:
        cause = f"the Spark server ended while the stage was running; its log is {self.spark.log()}"
        return Failure("SparkServerGone", cause, failure.cell, failure.heading)

    def _pending(self, stage: str) -> dict[str, Any]:
        notebook = f"{RUNS}/{self.run_id}/{self.project.catalog.flow.notebook(stage)}"
        accountable = self.project.accountable(stage)
        return {"name": stage, "status": "pending", "seconds": None, "notebook": notebook, "accountable": accountable,
                "error": None, "metrics": {}}  # fmt: skip

    def _end(self, status: str) -> None:
        self.record.update(status=status, ended=utc_now())
        self._save()

    def _save(self, stage: dict[str, Any] | None = None) -> None:
        write_json(self.folder / "run.json", self.record)
        if stage is not None:
            write_json(self.folder / f"{stage['name']}.json", stage)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
