"""The lab: where a claim's computations, and diagnoses, get their networks. Made on the engine's own session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from benchsuite.arm_trials import trial_of
from benchsuite.components import RECIPE_KINDS, Arm, Task
from benchsuite.components.fields import shown
from benchsuite.engine.ingredients import make, make_monitors
from benchsuite.engine.session import Session
from benchsuite.engine.specimen import Specimen
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.selection import Components, expand
from benchsuite.spaces import Value
from benchsuite.trial import Trial


class Lab:
    """Gives specimens, and what components make; see :class:`benchsuite.components.lab.Lab`.

    Args:
        components: Where components are looked up.
        tasks: Finds a task by name.
        session: Makes trials ready; one of its own unless given.
    """

    def __init__(self, components: Components, tasks: Callable[[str], Task], session: Session | None = None) -> None:
        self._components, self._tasks = components, tasks
        self._session = session or Session(components, tasks)
        self.asked: set[str] = set()
        """``kind:name`` of every task and component that something was asked of."""
        self._holders: WeakValueDictionary[int, Specimen] = WeakValueDictionary()

    def specimen(
        self,
        task: str,
        recipe: Mapping[str, str] | None = None,
        *,
        knobs: Mapping[str, Value] | None = None,
        seed: int = 0,
    ) -> Specimen:
        """Return a network with its starting values.

        Args:
            task: Name of a task.
            recipe: Kind → selection, what differs from the task's baseline.
            knobs: ``batch_size``, ``epochs`` and the task's own knobs.
            seed: Of starting values, order of examples and noise.

        Raises:
            BenchsuiteError: If something does not exist, or the recipe does not apply to the task.
        """
        arm = Arm(task=task, recipe=recipe or {}, knobs=knobs or {})
        return self.specimen_of(trial_of(arm, seed, self._tasks, self._components))

    def specimen_of(self, trial: Trial) -> Specimen:
        """Return the network of a trial with its starting values.

        Raises:
            BenchsuiteError: If its recipe does not apply to its task.
        """
        self.asked.add(f"task:{trial.task}")
        self.asked |= {f"{kind}:{one.name}" for kind, settings in trial.recipe.settings for one in settings}
        for holder in list(self._holders.values()):  # the session may give the program of one of them
            holder.put_aside()
        ready = self._session.ready(trial)
        return Specimen(self._tasks(trial.task), ready, make_monitors(trial.recipe, self._components), self._holders)

    def make(self, kind: str, selection: str) -> Any:
        """Return what a component's ``make`` gives, with the hyperparameters of the selection, such as ``orthogonal[gain=1]``.

        Raises:
            BenchsuiteError: If there is no such component, or the selection means several.
        """
        if kind not in RECIPE_KINDS:
            raise unknown("kind", str(kind), RECIPE_KINDS)
        found = expand(kind, [selection], self._components)
        if len(found) != 1 or len(found[0]) != 1:
            raise BenchsuiteError(f"make takes one {kind.replace('_', ' ')}. Received: {shown(selection)}.")
        self.asked.add(f"{kind}:{found[0][0].name}")
        return make(found[0][0], self._components)
