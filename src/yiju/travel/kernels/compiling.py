"""How kernels are compiled: one decorator, so that the reasons stand in one place.

- *Explicit signatures.* A kernel has one machine version instead of one for each mix of array layouts that a caller
  happens to pass.
- *When it is first called*, not when its module is imported: who asks for the nearest pays for no other kernel.
- *Kept on disk* under a name that changes with every source that is in it (see ``keeping.py``), so that later runs
  load it in some milliseconds.
- ``nogil=True``: other threads run meanwhile; the room splits work by origin and needs nothing else.
- No ``cfunc`` wrapper, through which C could call the kernel and nobody does: a tenth of the compile time.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numba
import numpy as np
from numba.core.compiler_lock import global_compiler_lock

from yiju.travel.kernels.keeping import digest_of, folder_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any as CPUDispatcher
    from typing import Any as CompileResultCacheImpl
    from typing import Any as FunctionCache
else:  # numba's own types are half there
    from numba.core.caching import CompileResultCacheImpl, FunctionCache
    from numba.core.registry import CPUDispatcher

Function = TypeVar("Function", bound=Callable[..., Any])
# Inside a kernel a whole number is numpy's; a caller may give Python's.
Whole: TypeAlias = int | np.integer[Any]


def kernel(signature: Any, *, cache: bool = True) -> Callable[[Function], Function]:
    """Compile a function for one signature, when it is first called.

    Under ``NUMBA_DISABLE_JIT=1`` it stays plain Python. ``cache=False``: compile it anew in each process.
    """

    def compiled(function: Function) -> Function:
        if getattr(numba.config, "DISABLE_JIT", 0):
            return function
        code: Any = Kernel(py_func=function, targetoptions=_OPTIONS)
        code.declare(signature, folder_of(function.__module__) if cache else None)
        return code  # type: ignore[no-any-return]

    return compiled


def tuple_of(*kinds: Any) -> Any:
    """The numba type of a tuple, for signatures."""
    return numba.types.Tuple(kinds)  # type: ignore[no-untyped-call]


# All kernels by module, in the order in which they were declared.
DECLARED: dict[str, list[Kernel]] = {}
_OPTIONS = {"nopython": True, "nogil": True, "no_cfunc_wrapper": True}


class Kernel(CPUDispatcher):  # type: ignore[misc]
    """A function with one declared signature, which numba loads or compiles when somebody first calls it.

    Callers from Python come by ``_compile_for_args``, other kernels that are being compiled by ``get_call_template``:
    numba's own two doors to a function that has no machine code yet.
    """

    def declare(self, signature: Any, folder: Path | None) -> None:
        """Say which types it is for, and where its code is kept."""
        self._declared = signature
        self._folder = folder
        DECLARED.setdefault(self.__module__, []).append(self)

    def ready(self) -> None:
        """Load or compile it now."""
        with global_compiler_lock:  # numba's own, so that two locks can never wait for each other
            if self._can_compile:
                if self._folder is not None:
                    self._cache = _Kept(self.py_func, self._folder, str(self._declared))
                self.compile(self._declared)
                self.disable_compile()

    def _compile_for_args(self, *args: Any, **named: Any) -> Any:
        if self._can_compile:
            self.ready()
            return self  # numba calls what it is given here, with the same arguments
        return super()._compile_for_args(*args, **named)

    def get_call_template(self, args: Any, named: Any) -> Any:
        """What numba asks when another kernel calls this one."""
        self.ready()
        return super().get_call_template(args, named)


class _Kept(FunctionCache):  # type: ignore[misc]
    """numba's cache of one function, in a folder of our choice; what cannot be written is compiled each time."""

    def __init__(self, function: Callable[..., Any], folder: Path, signature: str) -> None:
        class _Impl(CompileResultCacheImpl):  # type: ignore[misc]
            _locator_classes = (_Place(function, folder, signature),)

        self._impl_class = _Impl
        super().__init__(function)

    def save_overload(self, signature: Any, code: Any) -> None:
        with suppress(OSError):
            super().save_overload(signature, code)


class _Place:
    """What numba calls a cache locator: the folder, and a stamp that says when the code in it is stale."""

    def __init__(self, function: Callable[..., Any], folder: Path, signature: str) -> None:
        self._folder = folder
        self._stamp = digest_of(function.__module__)
        self._types = sha256(signature.encode()).hexdigest()[:8]

    def from_function(self, _function: Callable[..., Any], _file: str) -> _Place:
        return self

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return self._stamp

    def get_disambiguator(self) -> str:
        return self._types  # one function may be a kernel for several types, and two processes write at once


def _load_without_blas() -> None:
    """Load the part of numba that asks for BLAS while it loads, without an answer.

    To ask is to import all of scipy.linalg, a tenth of the start of a check-up. Without BLAS this part of numba does
    inner products by a loop of its own; no kernel here has any. ``np.dot`` in other people's code asks for itself.
    """
    linalg: Any = importlib.import_module("numba.np.linalg")
    ask = linalg.ensure_blas
    linalg.ensure_blas = _no_blas
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ask


def _no_blas() -> None:
    raise ImportError


if "numba.np.arraymath" not in sys.modules:
    _load_without_blas()
