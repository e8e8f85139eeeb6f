"""Jobs of bulk read and bulk write: they end after some questions about them, so that a run is the same every time."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, Generic, TypeVar

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.world import World

RUNNING = ("QUEUED", "IN PROGRESS")


class Job(ABC):
    """A job; each question about it finds it one state further, the last of them done."""

    def __init__(self, world: World, user: str, polls: int) -> None:
        self.id = world.new_ids()[0]
        self.state = "ADDED"
        self.created: datetime = world.now()
        person = world.users[user]
        self.created_by = {"id": user, "name": person["full_name"]}
        self._lock = threading.Lock()
        self._states = [RUNNING[-1] if number else RUNNING[0] for number in range(polls)]

    def advance(self) -> None:
        """Go one state further; the work is done on the way to COMPLETED."""
        with self._lock:
            if self._states:
                self.state = self._states.pop(0)
            elif self.state != "COMPLETED":
                self.work()
                self.state = "COMPLETED"

    @abstractmethod
    def work(self) -> None:
        """Do what the job was made for."""


Kind = TypeVar("Kind", bound=Job)


class Jobs(Generic[Kind]):
    """The jobs of one kind by their ids."""

    def __init__(self) -> None:
        self._jobs: dict[str, Kind] = {}

    def add(self, job: Kind) -> None:
        """Keep a job."""
        self._jobs[job.id] = job

    def __getitem__(self, job_id: str) -> Kind:
        """The job. Errors: Refusal 404 for an id nobody knows."""
        job = self._jobs.get(job_id)
        if job is None:
            raise not_found(job_id)
        return job


def not_found(resource: str) -> Refusal:
    """The refusal of a job or file that is not there."""
    return Refusal("RESOURCE_NOT_FOUND", "The requested resource doesn't exist.", {"resource": resource}, status=404)


def required_key(body: dict[str, Any], key: str) -> Any:
    """The value of a key that a bulk request needs. Errors: Refusal."""
    if body.get(key) is None:
        message = f"required key {key} is not found in request body."
        raise Refusal("MISSING_REQUIRED_KEY", message, {"json_path": f"$.{key}"})
    return body[key]
