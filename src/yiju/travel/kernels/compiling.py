"""How kernels are compiled: one decorator, so that the reasons stand in one place.

- *Explicit signatures.* A kernel has one machine version, compiled when its module is imported (and loaded from
  the cache ever after), instead of one for each mix of array layouts that a caller happens to pass.
- ``cache=True``: the machine code stays beside the module, or where ``NUMBA_CACHE_DIR`` says.
- ``nogil=True``: other threads run meanwhile; the room splits work by origin and needs nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])
# Inside a kernel a whole number is numpy's; a caller may give Python's.
Whole: TypeAlias = int | np.integer[Any]


def kernel(signature: Any, *, cache: bool = True) -> Callable[[Function], Function]:
    """Compile a function for one signature; under ``NUMBA_DISABLE_JIT=1`` it stays plain Python.

    ``cache=False`` is for kernels on rows whose plain twins were asked for: the cache knows nothing of that wish.
    """

    def compiled(function: Function) -> Function:
        try:
            code: Function = numba.njit(signature, cache=cache, nogil=True)(function)
        except RuntimeError as cause:
            # a read-only installation of someone without a home: compile anew each time rather than not run
            if "cannot cache" not in str(cause):
                raise
            code = numba.njit(signature, nogil=True)(function)
        return code

    return compiled


def tuple_of(*kinds: Any) -> Any:
    """The numba type of a tuple, for signatures."""
    return numba.types.Tuple(kinds)  # type: ignore[no-untyped-call]
