"""conventions and convert: weights moved between layouts, and every file that is refused."""

import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from gatecheck.conventions import archives

RNG = np.random.default_rng(3)
TORCH = {
    "weight_ih": RNG.normal(size=(12, 5)),
    "weight_hh": RNG.normal(size=(12, 3)),
    "bias_ih": RNG.normal(size=12),
    "bias_hh": RNG.normal(size=12),
}


def convert(gatecheck, arrays, source="pytorch", target="keras", cell="lstm"):
    np.savez("in.npz", **arrays)
    done = gatecheck("convert", "in.npz", "--cell", cell, "--from", source, "--to", target, "-o", "out.npz", "--force")
    return done, dict(np.load("out.npz")) if done.code == 0 else {}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_weights_come_to_keras_as_keras_has_them(gatecheck, kind):
    arrays = {n: v.astype(kind) for n, v in TORCH.items()}
    done, made = convert(gatecheck, arrays)
    assert done.out.splitlines() == ["kernel  (5,12)", "recurrent_kernel  (3,12)", "bias  (12,)"]
    assert np.array_equal(made["kernel"], arrays["weight_ih"].T)
    assert np.array_equal(made["recurrent_kernel"], arrays["weight_hh"].T)
    assert np.array_equal(made["bias"], arrays["bias_ih"] + arrays["bias_hh"])
    assert {v.dtype.name for v in made.values()} == {kind}


@pytest.mark.parametrize("between", ["keras", "onnx", "haiku", "flax", "flax_nnx", "cudnn", "cs231n", "gatecheck"])
def test_there_and_back_leaves_the_sum_of_both_biases(gatecheck, between):
    _, made = convert(gatecheck, TORCH, target=between)
    _, back = convert(gatecheck, made, between, "pytorch")
    assert np.array_equal(back["weight_ih"], TORCH["weight_ih"])
    assert np.array_equal(back["weight_hh"], TORCH["weight_hh"])
    assert np.allclose(back["bias_ih"], TORCH["bias_ih"] + TORCH["bias_hh"], rtol=0, atol=1e-15)
    assert not back["bias_hh"].any()


def test_the_polarity_of_a_gate_is_a_sign(gatecheck):
    arrays = {"w_i": RNG.normal(size=(5, 9)), "w_h": RNG.normal(size=(3, 9)), "b": RNG.normal(size=9)}
    for cell in ("gru", "gru_writes"):
        _, made = convert(gatecheck, arrays, "haiku", "keras", cell)
        assert np.array_equal(made["kernel"][:, :3], -arrays["w_i"][:, :3])
        assert np.array_equal(made["kernel"][:, 3:], arrays["w_i"][:, 3:])


def test_a_bias_without_a_place_is_refused_unless_it_is_zero(gatecheck):
    arrays = {n: v[:9] for n, v in TORCH.items()}
    done, _ = convert(gatecheck, arrays, target="flax_nnx", cell="gru_reset_after")
    assert (done.code, done.out) == (2, "")
    assert "flax_nnx has no place for b_u of gru_reset_after, and it is not zero here" in done.err
    arrays["bias_hh"][6:] = 0
    done, made = convert(gatecheck, arrays, target="flax_nnx", cell="gru_reset_after")
    assert done.code == 0
    _, back = convert(gatecheck, made, "flax_nnx", "pytorch", "gru_reset_after")
    assert np.array_equal(back["weight_hh"], arrays["weight_hh"])


@pytest.mark.parametrize(
    ("cell", "target", "words"),
    [
        ("gru_reset_after", "haiku", ["its gru has n[t] = tanh(W_n @ x[t] + U_n @ (r[t] * h[t-1]) + b_n)"]),
        ("gru", "keras", ["its gru_reset_after has n[t] = tanh(W_n @ x[t] + r[t] * (U_n @ h[t-1] + b_u) + b_n)"]),
        ("lstm", "kears", ["no convention is called kears", "Did you mean keras?"]),
        ("lstn", "keras", ["no cell is called lstn", "Did you mean lstm?"]),
    ],
)
def test_two_layouts_that_do_not_describe_the_cell_are_refused_with_the_reason(gatecheck, cell, target, words):
    done, _ = convert(gatecheck, TORCH, target=target, cell=cell)
    assert done.code == 2
    assert all(word in done.err for word in words), done.err


def test_everything_wrong_with_the_arrays_is_said_at_once(gatecheck):
    arrays = {
        "weight_ih": np.where(np.arange(60).reshape(12, 5) < 2, np.nan, 1.0),
        "weight_hhh": TORCH["weight_hh"],
        "bias_ih": TORCH["bias_ih"][:11],
        "bias_hh": TORCH["bias_hh"].astype("float32"),
    }
    done, _ = convert(gatecheck, arrays)
    assert done.code == 2
    for said in (
        "in.npz has no weight_hh (4H,H)",
        "pytorch has no array weight_hhh for lstm, and in.npz has",
        "Did you mean weight_hh?",
        "weight_ih is not finite: 2 of 60 numbers are NaN or infinite",
        "bias_ih has shape (11,) instead of (12,), which is (4H,) with H = 3",
        "bias_hh holds float32 numbers, and others hold float64",
    ):
        assert said in done.err


@pytest.mark.parametrize("kind", ["int64", "complex128", "float16", "bool", "U3"])
def test_numbers_that_are_no_weights_are_refused(gatecheck, kind):
    done, _ = convert(gatecheck, {**TORCH, "bias_ih": np.zeros(12).astype(kind)})
    assert done.code == 2
    assert "bias_ih holds" in done.err
    assert "instead of float32 or float64" in done.err


class Hostile:
    """What a pickle of it does when it is read."""

    def __reduce__(self):
        return open, ("executed", "w")


def test_a_pickle_is_refused_and_never_executed(gatecheck, tmp_path):
    done, _ = convert(gatecheck, {**TORCH, "bias_ih": np.array([Hostile(), 1], dtype=object)})
    assert done.code == 2
    assert "bias_ih is pickled" in done.err
    assert not (tmp_path / "executed").exists()


def archive(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return stream.getvalue()


def header(shape, kind="<f8"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not a .npz file"),
        (pickle.dumps([1]), "is not a .npz file"),
        (archive({"weight_ih.npy": b"no array"}), "weight_ih cannot be read: it is damaged"),
        (archive({"weight_ih.npy": header((10**9, 10**3))}), "weight_ih is cut short"),
        (archive({"weight_ih.npy": header((12, 5)) + b"0" * 300}), "weight_ih is cut short"),
        (archive({"weight_ih.npy": header((-12, 5)) + b"0" * 480}), "weight_ih"),
        (archive({f"{n}.npy": b"" for n in range(1001)}), "holds more than 1000 arrays"),
    ],
)
def test_a_file_that_is_no_archive_of_arrays_is_refused(gatecheck, tmp_path, data, words):
    (tmp_path / "in.npz").write_bytes(data)
    done = gatecheck("convert", "in.npz", "--cell", "lstm", "--from", "pytorch", "--to", "keras", "-o", "out.npz")
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert not (tmp_path / "out.npz").exists()


def test_an_archive_that_unpacks_to_more_than_it_may_is_not_unpacked(gatecheck, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 1 << 20)
    (tmp_path / "in.npz").write_bytes(archive({"weight_ih.npy": header((1 << 17, 1)) + bytes(1 << 20)}))
    done = gatecheck("convert", "in.npz", "--cell", "lstm", "--from", "pytorch", "--to", "keras", "-o", "out.npz")
    assert "holds more than 1000 arrays or 1 MiB" in done.err


def test_a_missing_file_and_a_folder_are_refused(gatecheck):
    for name, said in (("gone.npz", "there is no file gone.npz"), (".", ". is not a file")):
        done = gatecheck("convert", name, "--cell", "lstm", "--from", "pytorch", "--to", "keras", "-o", "out.npz")
        assert done.code == 2
        assert said in done.err


def test_a_file_that_stands_there_is_replaced_only_when_told_to(gatecheck, tmp_path):
    np.savez("in.npz", **TORCH)
    (tmp_path / "out.npz").write_text("mine")
    command = ("convert", "in.npz", "--cell", "lstm", "--from", "pytorch", "--to", "keras", "-o", "out.npz")
    assert gatecheck(*command).code == 2
    assert (tmp_path / "out.npz").read_text() == "mine"


def test_the_list_says_which_cells_a_convention_describes(gatecheck):
    data = {c["name"]: c["cells"] for c in json.loads(gatecheck("conventions", "--format", "json").out)}
    assert data["gatecheck"] == data["cs231n"] == []
    assert {"gru_reset_after", "lstm_projected"} < set(data["pytorch"])
    assert {"gru", "gru_reset_after"} < set(data["keras"])
    assert "every cell with one input, one state, one bias part per gate" in gatecheck("conventions").out


def test_for_a_cell_it_is_told_which_conventions_lay_it_out(gatecheck):
    told = gatecheck("conventions", "--cell", "gru").out
    fitting = {line.split()[0] for line in told.partition("Not ")[0].splitlines()}
    assert fitting == {"cs231n", "d2l", "gatecheck", "haiku", "keras", "onnx"}
    data = {c["name"]: c for c in json.loads(gatecheck("conventions", "--cell", "gru", "--format", "json").out)}
    assert {name for name, c in data.items() if c["fits"]} == fitting
    assert "its lstm has" in data["dlfs2"]["reason"] or "its rnn has" in data["dlfs2"]["reason"]


def test_a_conventions_functions_are_shown_with_shapes(gatecheck):
    told = gatecheck("conventions", "dlai", "--cell", "lstm").out
    assert "lstm_cell_forward(xt, a_prev, c_prev, parameters)\n  takes  xt (D,m), a_prev (H,m), c_prev (H,m)" in told
    data = json.loads(gatecheck("conventions", "cs231n", "--cell", "lstm", "--format", "json").out)
    assert data["functions"][0]["takes"]["Wx"] == "(D,4H)"
    assert all(f["call"] in gatecheck("conventions", "cs231n", "--cell", "lstm").out for f in data["functions"])
    assert "here for gru" in gatecheck("conventions", "gatecheck").out
    for arguments, said in (
        (["dlay"], "Did you mean dlai?"),
        (["dlai", "--cell", "gru"], "its rnn has equations for h"),
    ):
        refused = gatecheck("conventions", *arguments)
        assert (refused.code, refused.out) == (2, "") and said in refused.err
