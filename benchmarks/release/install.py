"""Installs evaluator into fresh environments, one per extra, and uses what the extra is for.

    python benchmarks/release/install.py                                        # this Python, every extra
    python benchmarks/release/install.py core suite --python python3.13         # other Pythons
    python benchmarks/release/install.py core --no-compiler --package dist/*.tar.gz
    python benchmarks/release/install.py all --lowest --uv uv                   # lower bounds of pyproject.toml
    python benchmarks/release/install.py hub --lowest --torch 2.3.0 --uv uv     # torch's too

Each row of the table that it prints is one environment: what was installed, whether the compiled kernel counts, what
the command of the extra did, and whether a part that is missing is named with the extra that brings it. The exit code
is 1 when a row says `no`. Needs pip alone, and `uv` (about ten times less CPU time) where `--uv` names it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = (str(ROOT / "benchmarks/sample/reference.txt"), f"rewrite={ROOT / 'benchmarks/sample/rewrite.txt'}")
TINY = """
import string
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

special = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>"}
names = [*special.values(), *string.printable]
tokenizer = Tokenizer(models.WordLevel({name: k for k, name in enumerate(names)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, bos_token="<s>", eos_token="</s>", **special).save_pretrained("tiny")
config = RobertaConfig(vocab_size=len(names), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, pad_token_id=1)
RobertaModel(config).save_pretrained("tiny", safe_serialization=True)
"""
TABLE = """
import pandas
pandas.DataFrame({"reference": ["It rained.", "The dam broke."], "hypothesis": ["It rained.", "The dam burst."]}).to_parquet("pairs.parquet")
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What an extra is installed for, and what is still missing beside it."""

    command: tuple[str, ...]
    """Arguments of `evaluator`; exit code 0 is expected."""
    shows: str
    """What it prints then."""
    lacking: tuple[str, ...] = ()
    """Arguments that need another extra; exit code 2 is expected. Empty where nothing is missing."""
    names: str = ""
    """The extra that the message must name."""
    program: str = ""
    """Python that is run before the command."""


BERTSCORE = ("score", *SAMPLE, "-m", "bertscore", "--no-report")
USES = {
    "core": Use(("score", *SAMPLE, "-m", "bleu", "chrf", "ter", "novelty"), "chrF2", BERTSCORE, "bertscore"),
    "openvino": Use(("list", "models"), "minilm", BERTSCORE, "bertscore"),
    "bertscore": Use((*BERTSCORE, "--diagnose", "on"), "likely broken", (*BERTSCORE, "--model", "e5-small-q4"), "multilingual"),
    "multilingual": Use((*BERTSCORE, "--model", "e5-small-q4"), "BERTScore-F1", (*BERTSCORE, "--model", "minilm"), "bertscore"),
    "mpnet": Use((*BERTSCORE, "--model", "mpnet"), "BERTScore-F1", (*BERTSCORE, "--model", "minilm"), "bertscore"),
    "hub": Use((*BERTSCORE, "--model", "tiny", "--num-layers", "2"), "BERTScore-F1", ("score", "pairs.parquet"), "parquet", TINY),
    "parquet": Use(("score", "pairs.parquet", "-m", "bleu"), "BLEU", ("validate", "suite.yaml"), "suite", TABLE),
    "ray": Use(("score", "pairs.tsv", "--stream", "--engine", "ray", "-m", "bleu", "-o", "run"), "BLEU", ("score", "pairs.parquet"), "parquet"),
    "suite": Use(("bench", str(ROOT / "configs/quick.yaml"), "-o", "results"), "chrF2", ("score", "pairs.parquet"), "parquet"),
    "all": Use((*BERTSCORE, "--diagnose", "on"), "likely broken", ("score", "pairs.tsv", "--stream", "--engine", "ray", "-o", "run"), "ray"),
}


@dataclass(frozen=True, slots=True)
class Installer:
    """How packages come into an environment."""

    python: str
    uv: str
    lowest: bool
    compiler: bool
    torch: str = ""
    """Its version beside lower bounds; empty for that of constraints.txt."""

    def environment(self, folder: Path) -> dict[str, str]:
        """Variables for programs of the environment; without a compiler only its own programs are found."""
        variables = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV", "CC")}
        path = str(folder / "bin")
        return {**variables, "VIRTUAL_ENV": str(folder), "PATH": f"{path}{os.pathsep}{os.environ['PATH']}" if self.compiler else path}

    def install(self, folder: Path, package: str, extra: str) -> None:
        """A fresh environment in `folder` with the package and the extra in it."""
        subprocess.run([self.python, "-m", "venv", *(["--without-pip"] if self.uv else []), str(folder)], check=True)
        front = [self.uv, "pip"] if self.uv else [str(folder / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
        if self.uv:  # which keeps wheels that it built, with a kernel or without
            subprocess.run([self.uv, "cache", "clean", "--quiet", "evaluator"], check=True, env=self.environment(folder))
        pins = self._lowest(folder, extra) if self.lowest else ROOT / "constraints.txt"
        wanted = f"{package}[{extra}]" if extra else package
        subprocess.run([*front, "install", "--quiet", "-c", str(pins), wanted], check=True, env=self.environment(folder), cwd=folder)

    def _lowest(self, folder: Path, extra: str) -> Path:
        """Pins of the lowest versions that pyproject.toml allows; of torch the one asked for: its older builds bring gigabytes."""
        torch, pins = folder / "torch.txt", folder / "lowest.txt"
        lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        pinned = [f"torch=={self.torch}"] if self.torch else [line for line in lines if line.startswith("torch==")]
        torch.write_text("".join(f"{line}\n" for line in pinned), encoding="utf-8")
        chosen = ["--extra", extra] if extra else []
        command = [self.uv, "pip", "compile", "--quiet", "--resolution", "lowest-direct", "-c", str(torch), *chosen, str(ROOT / "pyproject.toml")]
        subprocess.run([*command, "-o", str(pins)], check=True, env=self.environment(folder), stdout=subprocess.DEVNULL)
        return pins


def run(installer: Installer, folder: Path, arguments: Sequence[str], work: Path) -> tuple[int, str]:
    """Exit code and everything that a program of the environment prints."""
    program = [str(folder / "bin" / arguments[0]), *arguments[1:]]
    done = subprocess.run(program, env=installer.environment(folder), cwd=work, capture_output=True, text=True, check=False, timeout=1800)
    return done.returncode, done.stdout + done.stderr


def try_extra(installer: Installer, package: str, extra: str, scratch: Path) -> dict[str, str]:
    """A row of the table: the extra installed into a fresh environment and used there."""
    folder, work, use = scratch / extra / "environment", scratch / extra / "work", USES[extra]
    work.mkdir(parents=True)
    (work / "suite.yaml").write_text("sets: []\n", encoding="utf-8")
    (work / "pairs.tsv").write_text("reference\thypothesis\nIt rained.\tIt rained.\nThe dam broke.\tThe dam burst.\n", encoding="utf-8")
    (work / "pairs.parquet").write_bytes(b"PAR1")
    began, used = time.monotonic(), _cpu_of_children()
    installer.install(folder, package, "" if extra == "core" else extra)
    took = {"CPU s": f"{_cpu_of_children() - used:.0f}", "wall s": f"{time.monotonic() - began:.0f}"}
    row = {"extra": extra, **_installed(installer, folder, work), **took}
    if use.program:
        code, said = run(installer, folder, ["python", "-c", use.program], work)
        if code:
            raise SystemExit(f"{extra}: the preparation failed:\n{said}")
    code, said = run(installer, folder, ["evaluator", *use.command], work)
    row["works"] = _verdict(code == 0 and use.shows in said, said)
    code, said = run(installer, folder, ["evaluator", *use.lacking], work)
    row["missing is named"] = _verdict(code == 2 and f"pip install 'evaluator[{use.names}]'" in said and "Traceback" not in said, said)
    return row


def _cpu_of_children() -> float:
    """Seconds of CPU time of all programs that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _installed(installer: Installer, folder: Path, work: Path) -> Mapping[str, str]:
    """Python, kernel, type marker, number of packages and megabytes of an environment."""
    facts = (
        "import sys, importlib.util as u, importlib.metadata as m, pathlib, evaluator; p = pathlib.Path(evaluator.__file__).parent;"
        "print(sys.version.split()[0], 'yes' if u.find_spec('evaluator.metrics._kernel') else 'without', 'yes' if (p / 'py.typed').is_file() else 'no',"
        "len({d.name for d in m.distributions()}), sum(f.stat().st_size for f in pathlib.Path(sys.prefix).rglob('*') if f.is_file()) // 10**6)"
    )
    code, said = run(installer, folder, ["python", "-c", facts], work)
    if code:
        raise SystemExit(f"evaluator cannot be imported:\n{said}")
    found = dict(zip(("Python", "kernel", "typed", "packages", "MB"), said.split(), strict=True))
    if not installer.compiler and found["kernel"] != "without":
        raise SystemExit("There is a compiled kernel although no compiler was to be found: give an sdist or a folder, not a wheel that has it.")
    return found


def _verdict(passed: bool, said: str) -> str:
    if not passed:
        print(said, file=sys.stderr)
    return "yes" if passed else "no"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a row says no."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extras", nargs="*", metavar="EXTRA", help=f"default: all of {', '.join(USES)}")
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the environments")
    parser.add_argument("--package", type=Path, default=ROOT, help="a wheel, an sdist or a folder; default: this checkout")
    parser.add_argument("--no-compiler", action="store_true", help="nothing but the environment's own programs is found while it is installed")
    parser.add_argument("--lowest", action="store_true", help="the lower bounds of pyproject.toml instead of constraints.txt; needs --uv")
    parser.add_argument(
        "--torch", default="", metavar="VERSION", help="with --lowest: this torch (older ones bring gigabytes); default that of constraints.txt"
    )
    parser.add_argument("--uv", default="", help="install with this uv")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.extras if name not in USES]:
        parser.error(f"no extra is called {', '.join(unknown)}: they are {', '.join(USES)}")
    if options.lowest and not options.uv:
        parser.error("--lowest needs --uv: pip has no option that resolves to the lowest versions")
    uv = os.path.abspath(shutil.which(options.uv) or parser.error(f"{options.uv} is not found")) if options.uv else ""
    installer = Installer(options.python, uv, options.lowest, not options.no_compiler, options.torch)
    with tempfile.TemporaryDirectory(prefix="evaluator-release-") as scratch:
        rows = []
        for extra in options.extras or USES:
            rows.append(try_extra(installer, str(options.package.resolve()), extra, Path(scratch)))
            if len(rows) == 1:
                print(f"| {' | '.join(rows[0])} |\n|{'---|' * len(rows[0])}")
            print(f"| {' | '.join(rows[-1].values())} |", flush=True)
            shutil.rmtree(Path(scratch) / extra)
    return int(any("no" in row.values() for row in rows))


if __name__ == "__main__":
    sys.exit(main())
