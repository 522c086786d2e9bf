"""The CUDA sources without a GPU: run as C++ element by element, and compiled by NVIDIA's compiler where it is."""

import ctypes
import inspect
import itertools
import math
import re
import shutil
import subprocess

import numpy as np
import pytest
from kernel_arguments import DTYPES, arguments, run

from lsalsa.arrays.kernels import STEPS, cuda, portable

COMPILER = shutil.which("g++") or shutil.which("clang++")
EMULATION = """
#define __device__
#define __global__
struct Index {{ long long x; }};
static Index blockDim, blockIdx, threadIdx;
{source}
extern "C" void run_{name}({parameters}) {{
  blockDim.x = 4;
  for (blockIdx.x = 0; blockIdx.x * blockDim.x < size; ++blockIdx.x)
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; ++threadIdx.x)
      {name}({names});
}}
"""


def parameter_names(step):
    return list(inspect.signature(getattr(portable, step)).parameters)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory):
    """Step, dtype and whether it is for an ensemble -> a function that runs the CUDA source on host arrays, a thread
    after the other."""
    folder = tmp_path_factory.mktemp("kernels")
    libraries = {}
    for dtype, step, ensemble in itertools.product(DTYPES, STEPS, (False, True)):
        source, name = cuda.source(step, dtype, ensemble), f"{step}_each" if ensemble else step
        parameters = re.search(rf"{name}\((.*?)\) {{", source)[1]
        names = ", ".join(part.split()[-1].lstrip("*") for part in parameters.split(","))
        file = folder / f"{name}_{np.dtype(dtype).name}.cpp"
        file.write_text(EMULATION.format(source=source, name=name, parameters=parameters, names=names))
        library = file.with_suffix(".so")
        subprocess.run([COMPILER, "-shared", "-fPIC", "-O0", "-std=c++17", str(file), "-o", str(library)], check=True)
        libraries[step, dtype, ensemble] = getattr(ctypes.CDLL(str(library)), f"run_{name}")
    return libraries


def call(function, values):
    *n_encoders, n_samples, n_atoms = next(iter(values.values())).shape
    size = math.prod(n_encoders) * n_samples * n_atoms
    scalar = {np.dtype(np.float32): ctypes.c_float, np.dtype(np.float64): ctypes.c_double}
    given = [
        ctypes.c_void_p(value.ctypes.data) if isinstance(value, np.ndarray) else scalar[value.dtype](value)
        for value in values.values()
    ]
    each = [ctypes.c_int(n_samples)] if n_encoders else []
    function(*given, ctypes.c_longlong(size), ctypes.c_int(n_atoms), *each)


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler on this machine")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("step", STEPS)
def test_cuda_sources_do_what_the_array_operations_do(step, dtype, emulated):
    values = arguments(step, dtype)
    expected = run(portable, step, values)
    call(emulated[step, dtype, False], values)
    for name, value in values.items():
        np.testing.assert_allclose(value, expected[name], atol=16 * np.finfo(dtype).eps, err_msg=name)


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler on this machine")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("step", STEPS)
def test_cuda_sources_for_an_ensemble_do_for_each_encoder_what_the_array_operations_do(step, dtype, emulated):
    of_each = [arguments(step, dtype, seed) for seed in range(3)]
    expected = [run(portable, step, values) for values in of_each]
    together = {name: np.stack([values[name] for values in of_each]) for name in of_each[0]}
    call(emulated[step, dtype, True], together)
    for name, value in together.items():
        wanted = np.stack([values[name] for values in expected])
        np.testing.assert_allclose(value, wanted, atol=16 * np.finfo(dtype).eps, err_msg=name)


@pytest.mark.parametrize("step", STEPS)
def test_a_cuda_step_is_called_like_the_others(step):
    assert list(inspect.signature(getattr(cuda, step)).parameters) == parameter_names(step)
    assert [part.split()[-1].lstrip("*") for part in cuda.BODIES[step][0].split(",")] == parameter_names(step)


@pytest.mark.parametrize("architecture", [70, 80, 90])
def test_sources_compile_for_every_architecture(architecture):
    """NVIDIA's run-time compiler needs no GPU; it comes with the extra `gpu`."""
    nvrtc = pytest.importorskip("cupy", reason="CuPy is not installed").cuda.nvrtc
    for dtype, step, ensemble in itertools.product(DTYPES, STEPS, (False, True)):
        program = nvrtc.createProgram(cuda.source(step, dtype, ensemble), f"{step}.cu", (), ())
        nvrtc.compileProgram(program, (f"--gpu-architecture=compute_{architecture}", "--std=c++17"))
        assert (f"{step}_each" if ensemble else step) in nvrtc.getPTX(program).decode()
        nvrtc.destroyProgram(program)
