"""The model mpnet: its pieces put together, its graph against transformers, and how it is used. The real weights are 438 MB; a tiny model stands for them."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import zipfile
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest

from evaluator import atomic
from evaluator.embed import assembled
from evaluator.embed.assembled import NAME, PACKAGES, WANTED, assembled_folder, unpack
from evaluator.embed.digests import digest_of
from evaluator.embed.embedder import open_embedder
from evaluator.embed.models import PRESETS, find_model
from evaluator.embed.mpnet import buckets
from evaluator.types import EvaluatorError
from tests.conftest import Cli
from tests.tiny_models import make_model

pytestmark = pytest.mark.model

TEXTS = ["the ferry sails at noon", "nobody was hurt", "", "a crew", "the ferry sails at noon " * 6]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_model("mpnet", tmp_path_factory.mktemp("mpnet"))
    for name in WANTED:  # files that transformers 5 no longer writes
        (folder / name).touch()
    (folder / "special_tokens_map.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def packages(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five packages as they are published, with a tiny model in them."""
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in WANTED:
            archive.write(tiny / name, f"{NAME}/{name}")
        archive.writestr(f"{NAME}/1_Pooling/config.json", "{}")
        archive.writestr(f"{NAME}/../../escaped.txt", "no")
    data = whole.read_bytes()
    size = len(data) // 5 + 1
    site = tmp_path / "site"
    for k, package in enumerate(PACKAGES):
        folder = site / package.replace("part-", "part_") / "input"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").write_text("raise AssertionError('imported')\n", encoding="utf-8")
        (folder / f"{NAME}.zip.{package[-3:]}").write_bytes(data[k * size : (k + 1) * size])
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("EVALUATOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(PRESETS, "mpnet", replace(PRESETS["mpnet"], sha256=digest_of([tiny / "model.safetensors"]), layer=2))
    return site


def test_pieces_become_the_model_once(packages: Path, tiny: Path, tmp_path: Path) -> None:
    folder = assembled_folder()
    assert folder == tmp_path / "cache" / "models" / NAME
    assert sorted(path.name for path in folder.iterdir()) == sorted(WANTED)
    assert all((folder / name).read_bytes() == (tiny / name).read_bytes() for name in WANTED)
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert assembled_folder() == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    assert sorted(path.name for path in folder.parent.iterdir()) == [NAME]
    assert not list(tmp_path.rglob("escaped.txt"))
    (folder / "model.safetensors").unlink()
    assert (assembled_folder() / "model.safetensors").is_file(), "half a folder is made anew"


def test_damaged_pieces_and_full_folders_are_errors(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = assembled._piece(PACKAGES[4])
    data = piece.read_bytes()
    piece.write_bytes(data[:-40])
    with pytest.raises(EvaluatorError, match="make no archive .* Reinstall"):
        assembled_folder()
    piece.write_bytes(data)
    (tmp_path / "file").touch()
    monkeypatch.setenv("EVALUATOR_CACHE", str(tmp_path / "file"))
    with pytest.raises(EvaluatorError, match=r"cannot be unpacked into .* EVALUATOR_CACHE names another folder"):
        assembled_folder()
    assert not list(tmp_path.glob("cache/models/*"))


def _unpack_when_all_are_ready(pieces: list[Path], folder: Path, barrier: Barrier) -> None:
    """Unpack at the same moment as others, and then read what is in the place, as the model's files are: mapped, for as long as they are used."""
    barrier.wait()
    unpack(pieces, folder)
    for _ in range(200):
        for name in WANTED:
            (folder / name).read_bytes()


def test_processes_that_unpack_at_once_leave_one_whole_model_that_is_never_away(packages: Path, tiny: Path, tmp_path: Path) -> None:
    pieces, folder = [assembled._piece(package) for package in PACKAGES], tmp_path / "models" / NAME
    context = multiprocessing.get_context("fork")
    for _ in range(3):
        barrier = context.Barrier(4)
        others = [context.Process(target=_unpack_when_all_are_ready, args=(pieces, folder, barrier)) for _ in range(4)]
        for process in others:
            process.start()
        for process in others:
            process.join(60)
        assert [process.exitcode for process in others] == [0] * 4
        assert all((folder / name).read_bytes() == (tiny / name).read_bytes() for name in WANTED)
        assert [path.name for path in folder.parent.iterdir()] == [NAME]
        shutil.rmtree(folder)


def test_a_model_that_another_process_put_there_meanwhile_is_left_to_it(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, folder = [assembled._piece(package) for package in PACKAGES], tmp_path / "models" / NAME
    unpack(pieces, folder)
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    unpack(pieces, folder)
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before


def test_what_a_killed_process_left_of_unpacking_is_taken_away(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, folder = [assembled._piece(package) for package in PACKAGES], tmp_path / "models" / NAME
    process = multiprocessing.get_context("fork").Process(target=_unpack_and_die, args=(pieces, folder))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert len(list(folder.parent.iterdir())) == 1, "the folder that it was unpacked into"
    monkeypatch.setattr(atomic, "FRESH", 0.0)
    unpack(pieces, folder)
    assert [path.name for path in folder.parent.iterdir()] == [NAME]


def _unpack_and_die(pieces: list[Path], folder: Path) -> None:
    assembled._put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    unpack(pieces, folder)


def test_an_archive_without_a_file_leaves_nothing_behind(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "one", "w") as archive:
        archive.writestr(f"{NAME}/config.json", "{}")
    with pytest.raises(zipfile.BadZipFile, match=r"special_tokens_map.json is missing"):
        unpack([tmp_path / "one"], tmp_path / "models" / NAME)
    assert not list((tmp_path / "models").iterdir())


def test_weights_that_are_others_are_refused(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRESETS, "mpnet", replace(PRESETS["mpnet"], sha256="0" * 64))
    with pytest.raises(EvaluatorError, match="is not the file that mpnet stands for"):
        find_model("mpnet")


def test_the_graph_gives_the_vectors_of_transformers(tiny: Path) -> None:
    import torch
    from transformers import MPNetModel

    embedder = open_embedder(str(tiny), 2, "cpu", all_layers=True)
    assert embedder.runtime.startswith("openvino-")
    assert embedder.limit == 40
    model = MPNetModel.from_pretrained(str(tiny)).eval()
    ids = embedder.token_ids(TEXTS)
    for one, mine in zip(ids, embedder.vectors(ids), strict=True):
        with torch.no_grad():
            states = np.stack([state[0].numpy() for state in model(torch.tensor([one]), output_hidden_states=True).hidden_states])
        assert np.abs(mine - states / np.linalg.norm(states, axis=-1, keepdims=True)).max() < 5e-6


def test_distances_share_buckets_as_in_transformers() -> None:
    import torch
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

    places = torch.arange(512)
    theirs = MPNetEncoder.relative_position_bucket(places[None, :] - places[:, None], num_buckets=32)
    assert np.array_equal(buckets(512, 32), theirs.numpy())


def test_a_run_names_the_model(packages: Path, tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "ref.txt").write_text("the ferry sails at noon\n\nnobody was hurt\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("the ferry sails\n\nnobody hurt\n", encoding="utf-8")
    texts = [str(tmp_path / "ref.txt"), str(tmp_path / "a.txt")]
    done = cli("score", *texts, "-m", "bertscore", "--model", "mpnet", "--diagnose", "off", "-o", str(tmp_path / "run"))
    assert done.code == 0, done.err
    said = (tmp_path / "run" / "run.json").read_text(encoding="utf-8")
    assert f"model:mpnet|weights:{str(PRESETS['mpnet'].sha256)[:12]}|layer:2|" in said
    assert not any("all-mpnet" in name for name in sys.modules)
