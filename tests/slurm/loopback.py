"""A whole Slurm cluster on one machine: munge, the controller and one node, all on the loopback address.

The daemons are children of this process and are ended by their ids. Slurm reads its configuration from one folder of
the machine, so a link is put there while the cluster runs; a machine with a Slurm of its own is left alone.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "srun")
ETC = Path("/etc/slurm")
CORES, MEMORY_MB = 2, 6000
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"  # daemons are not on the path of everybody

CONFIGURATION = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.socket
CryptoType=crypto/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/spool/controller
SlurmdSpoolDir={folder}/spool/node
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=100000,bf_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
ReturnToService=2
MinJobAge=600
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} CoresPerSocket={cores} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=04:00:00 State=UP OverSubscribe=NO
"""


def why_not():
    """Why no cluster can be started here, in words; nothing if it can."""
    absent = [name for name in PROGRAMS if not shutil.which(name, path=SYSTEM_PATH)]
    if absent:
        return f"needs {', '.join(absent)} (Debian: apt install slurm-wlm munge)"
    if os.geteuid():
        return "needs root, under whom these daemons run"
    if any((ETC / name).exists() for name in ("slurm.conf", "gres.conf")):
        return f"{ETC} has a configuration, which belongs to another Slurm"
    return None


@contextmanager
def cluster(folder):
    """Run a cluster in a folder of its own, until the node says that it is idle; end it whatever happens."""
    for part in ("run", "log", "munge", "spool/controller", "spool/node"):
        (folder / part).mkdir(parents=True)
    with ExitStack() as stack:
        stack.enter_context(configured(folder))
        stack.enter_context(munge(folder / "munge"))
        wait_until((folder / "munge" / "munge.socket").exists, "munge has no socket")
        for name in ("slurmctld", "slurmd"):
            stack.enter_context(daemon([name, "-D"], folder))
        wait_until(lambda: "idle" in said("sinfo", "--noheader", "--format=%T"), "the node does not come up")
        yield


@contextmanager
def configured(folder):
    """Write the configuration, and put a link to it where Slurm looks."""
    controller_port, node_port = free_ports(2)
    names = {"host": socket.gethostname().split(".")[0], "folder": folder, "cores": CORES, "memory": MEMORY_MB}
    text = CONFIGURATION.format(**names, controller_port=controller_port, node_port=node_port)
    (folder / "slurm.conf").write_text(text)
    link = ETC / "slurm.conf"
    link.symlink_to(folder / "slurm.conf")
    try:
        yield
    finally:
        link.unlink()


@contextmanager
def munge(folder):
    """Run munge with a key of its own; it insists on owning its folder."""
    (folder / "key").write_bytes(secrets.token_bytes(1024))
    (folder / "key").chmod(0o600)
    files = {"key-file": "key", "socket": "munge.socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    options = [f"--{option}={folder / name}" for option, name in files.items()]
    with daemon(["munged", "--foreground", "--force", *options], folder.parent):
        yield


@contextmanager
def daemon(command, folder):
    """Run a daemon in the foreground of its own session; end it by its id."""
    with open(folder / "log" / f"{command[0]}.out", "w") as out:
        program = shutil.which(command[0], path=SYSTEM_PATH)
        process = subprocess.Popen([program, *command[1:]], stdout=out, stderr=out, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()


def free_ports(count):
    """Some ports of the loopback address that nobody listens at."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def said(*command):
    """What a command of Slurm prints; nothing if it fails."""
    return subprocess.run(command, capture_output=True, text=True).stdout


def queue():
    """Ids of the jobs that wait or run."""
    return said("squeue", "--noheader", "--format=%i", "--states=PENDING,RUNNING,COMPLETING").split()


def wait_until(condition, otherwise, seconds=60):
    """Wait for a condition; fail with a sentence if it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.2)


def empty():
    """Cancel every job, and wait until the node is done with them."""
    subprocess.run(["scancel", *queue()], capture_output=True)
    wait_until(lambda: not queue(), "the queue does not become empty")
