"""Compiles the lexical kernel when the package is built; without a compiler the package is built without it.

Also a command: `python hatch_build.py` compiles it in place, beside the sources.
"""

from __future__ import annotations

import compileall
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
SOURCES = ROOT / "evaluator" / "metrics" / "native"
MODULE = "evaluator.metrics._kernel"

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # compiled in place, without a build front end
    BuildHookInterface = object  # type: ignore[assignment, misc]


def compile_kernel(target: Path) -> Path:
    """The compiled module below `target`, in the folders of its package.

    Raises:
        Exception: no compiler, no Python headers, or a source that does not compile.
    """
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    # No fused multiply-add: scores are to be sacreBLEU's, bit by bit.
    flags = ["/O2", "/fp:precise"] if sys.platform == "win32" else ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden"]
    extension = Extension(MODULE, [str(path) for path in sorted(SOURCES.glob("*.c"))], depends=[str(SOURCES / "kernel.h")], extra_compile_args=flags)
    command = build_ext(Distribution({"ext_modules": [extension]}))
    with tempfile.TemporaryDirectory() as scratch:
        command.build_lib, command.build_temp, command.force = str(target), scratch, True
        command.ensure_finalized()
        command.run()
    return Path(command.get_ext_fullpath(MODULE))


class KernelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled kernel to wheels; editable installs get it beside the sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling."""
        if self.target_name != "wheel":
            return
        editable = version == "editable"
        if editable:  # as pip does for wheels: commands start a fifth of a second sooner where Python may not write
            compileall.compile_dir(ROOT / "evaluator", quiet=2)
        folder = ROOT if editable else Path(tempfile.mkdtemp(prefix="evaluator-kernel-"))
        try:
            built = compile_kernel(folder)
        except (Exception, SystemExit) as error:
            self.app.display_warning(
                f"The lexical kernel was not compiled ({type(error).__name__}: {error}); BLEU and chrF use NumPy, TER sacreBLEU's own code."
            )
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        if not editable:
            build_data["force_include"][str(built)] = f"evaluator/metrics/{built.name}"


if __name__ == "__main__":
    print(compile_kernel(ROOT))
