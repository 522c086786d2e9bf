"""The CUDA sources without a GPU: run as C++ element by element, and compiled by NVIDIA's compiler where it is."""

import ctypes
import inspect
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
extern "C" void run_{name}({parameters}, long long size, int n_atoms) {{
  blockDim.x = 4;
  for (blockIdx.x = 0; blockIdx.x * blockDim.x < size; ++blockIdx.x)
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; ++threadIdx.x)
      {name}({names}, size, n_atoms);
}}
"""


def parameter_names(step):
    return list(inspect.signature(getattr(portable, step)).parameters)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory):
    """Step and dtype -> a function that runs the CUDA source on host arrays, a thread after the other."""
    folder = tmp_path_factory.mktemp("kernels")
    libraries = {}
    for dtype in DTYPES:
        for step in STEPS:
            code = EMULATION.format(
                source=cuda.source(step, dtype),
                name=step,
                parameters=cuda.BODIES[step][0],
                names=", ".join(parameter_names(step)),
            )
            file = folder / f"{step}_{np.dtype(dtype).name}.cpp"
            file.write_text(code)
            library = file.with_suffix(".so")
            subprocess.run(
                [COMPILER, "-shared", "-fPIC", "-O0", "-std=c++17", str(file), "-o", str(library)], check=True
            )
            libraries[step, dtype] = getattr(ctypes.CDLL(str(library)), f"run_{step}")
    return libraries


def call(function, values):
    n_samples, n_atoms = next(iter(values.values())).shape
    scalar = {np.dtype(np.float32): ctypes.c_float, np.dtype(np.float64): ctypes.c_double}
    given = [
        ctypes.c_void_p(value.ctypes.data) if isinstance(value, np.ndarray) else scalar[value.dtype](value)
        for value in values.values()
    ]
    function(*given, ctypes.c_longlong(n_samples * n_atoms), ctypes.c_int(n_atoms))


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler on this machine")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("step", STEPS)
def test_cuda_sources_do_what_the_array_operations_do(step, dtype, emulated):
    values = arguments(step, dtype)
    expected = run(portable, step, values)
    call(emulated[step, dtype], values)
    for name, value in values.items():
        np.testing.assert_allclose(value, expected[name], atol=16 * np.finfo(dtype).eps, err_msg=name)


@pytest.mark.parametrize("step", STEPS)
def test_a_cuda_step_is_called_like_the_others(step):
    assert list(inspect.signature(getattr(cuda, step)).parameters) == parameter_names(step)
    assert [part.split()[-1].lstrip("*") for part in cuda.BODIES[step][0].split(",")] == parameter_names(step)


@pytest.mark.parametrize("architecture", [70, 80, 90])
def test_sources_compile_for_every_architecture(architecture):
    """NVIDIA's run-time compiler needs no GPU; it comes with the extra `gpu`."""
    nvrtc = pytest.importorskip("cupy", reason="CuPy is not installed").cuda.nvrtc
    for dtype in DTYPES:
        for step in STEPS:
            program = nvrtc.createProgram(cuda.source(step, dtype), f"{step}.cu", (), ())
            nvrtc.compileProgram(program, (f"--gpu-architecture=compute_{architecture}", "--std=c++17"))
            assert step in nvrtc.getPTX(program).decode()
            nvrtc.destroyProgram(program)
