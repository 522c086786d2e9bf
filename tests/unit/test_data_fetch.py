"""Downloads of published files, against a server on this machine: whole or not at all, whatever the server does."""

import contextlib
import gzip
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pooch
import pytest

from lsalsa.data import fetch as fetching
from lsalsa.data.fetch import cache_folder, fetch
from lsalsa.data.register import DATA_SETS, DataSet, PublishedFile
from lsalsa.errors import ConfigError, DataError, StorageError

CONTENT = bytes(range(256)) * 200
WRONG = CONTENT[:-1] + b"x"
HEX = "0" * 64


class Site:
    """A server that gives what the test says, answer after answer; the last one stays."""

    def __init__(self):
        self.answers = {}
        self.requests = []
        self.stalling, self.release = threading.Event(), threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.requests.append(self.path)
                queue = site.answers[self.path]
                (queue.pop(0) if len(queue) > 1 else queue[0])(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def offers(self, *answers, name="images.gz", content=CONTENT, mirrors=("",)):
        """A data set of one file, given with these answers at every mirror."""
        for mirror in mirrors:
            self.answers[f"/{mirror}{name}"] = list(answers)
        urls = tuple(f"{self.base}/{mirror}{name}" for mirror in mirrors)
        return data_set(PublishedFile(name, len(content), hashlib.sha256(content).hexdigest(), urls))

    def stall(self, handler):
        """Half of the file, and then nothing until the test ends."""
        head(handler, 200, len(CONTENT))
        handler.wfile.write(CONTENT[: len(CONTENT) // 2])
        handler.wfile.flush()
        self.stalling.set()
        self.release.wait(20)


def head(handler, status, length, kind="application/octet-stream", **headers):
    code, _, reason = str(status).partition(" ")
    handler.send_response(int(code), reason or None)
    for name, value in {"Content-Type": kind, "Content-Length": length, **headers}.items():
        if value is not None:
            handler.send_header(name, str(value))
    handler.end_headers()


def gives(content, status=200, kind="application/octet-stream", length=None):
    """An answer: the content with these headers."""

    def answer(handler):
        head(handler, status, len(content) if length is None else length, kind)
        handler.wfile.write(content)

    return answer


def moved(to):
    def answer(handler):
        head(handler, 302, 4, "text/html", Location=to)
        handler.wfile.write(b"over")

    return answer


def data_set(*files, name="digits"):
    return DataSet(name, "Digits", "CC0", "A. Author", ("0", "1"), 10, 5, 28, files)


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, as a folder of the data set."""
    monkeypatch.setenv("LSALSA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LSALSA_OFFLINE", raising=False)
    return tmp_path / "cache" / "digits"


@pytest.fixture
def waits():
    """The seconds that were waited, and the function that does not wait them."""
    seconds = []
    return seconds, seconds.append


def everything_in(folder):
    return [path.name for path in folder.rglob("*") if path.is_file()]


# --- a file arrives whole -----------------------------------------------------------------------------------


def test_file_is_fetched_once(site, cache):
    digits = site.offers(gives(CONTENT))
    (path,) = fetch(digits)
    assert path == cache / "images.gz"
    assert path.read_bytes() == CONTENT
    assert fetch(digits) == [path]
    assert site.requests == ["/images.gz"]
    assert everything_in(cache) == ["images.gz"]


def test_wrong_bytes_twice_and_then_the_right_ones_are_waited_for(site, cache, waits):
    seconds, sleep = waits
    (path,) = fetch(site.offers(gives(WRONG), gives(WRONG), gives(CONTENT)), sleep=sleep)
    assert path.read_bytes() == CONTENT
    assert seconds == [1, 2]


def test_always_wrong_bytes_are_refused_with_both_checksums(site, cache, waits):
    seconds, sleep = waits
    with pytest.raises(DataError) as caught:
        fetch(site.offers(gives(WRONG)), sleep=sleep)
    message = str(caught.value)
    assert "images.gz" in message
    assert f"sha256 {hashlib.sha256(CONTENT).hexdigest()} expected" in message
    assert f"found {hashlib.sha256(WRONG).hexdigest()}" in message
    assert "\n" not in message
    assert (seconds, len(site.requests)) == ([1, 2, 4], 4)
    assert everything_in(cache) == []


def test_file_that_was_damaged_later_is_fetched_again(site, cache, caplog):
    digits = site.offers(gives(CONTENT))
    (path,) = fetch(digits)
    for damaged in (WRONG, CONTENT[:100], b""):
        path.write_bytes(damaged)
        with caplog.at_level(logging.WARNING, "lsalsa"):
            fetch(digits)
        assert path.read_bytes() == CONTENT
    assert len(site.requests) == 4
    assert caplog.text.count("images.gz is damaged") == 3


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (gives(b"forbidden", status=403), "403 Client Error"),
        (gives(b"not here", status=404), "404 Client Error"),
        (gives(b"busy", status=503), "503 Server Error"),
        (gives(b"<html>log in</html>", kind="text/html; charset=utf-8"), "a web page instead of the file"),
        (gives(CONTENT, kind="text/html"), "a web page instead of the file"),
        (gives(CONTENT[:1000]), "51200 bytes expected, 1000 announced"),
        (gives(CONTENT[:1000], length=len(CONTENT)), "Connection broken: IncompleteRead"),
        (gives(CONTENT, length="abc"), "51200 bytes expected, abc announced"),
        (gives(CONTENT, length="-1"), "51200 bytes expected, -1 announced"),
        (gives(CONTENT, length="9" * 5000), r"51200 bytes expected, 9{20}\.\.\. \(5,000 characters\) announced"),
        (gives(b"", status="404 " + "a" * 9000), r"404 Client Error: a{250,300}\.\.\. \("),
        (lambda handler: handler.wfile.write(b"what?\r\n\r\n"), "Connection aborted"),
    ],
    ids=[
        *("403", "404", "503", "page", "page of the right size", "short", "broken off"),
        *("length that is none", "negative length", "long length", "long reason", "no answer"),
    ],
)
def test_answer_that_is_not_the_file_is_refused_and_the_next_address_tried(site, cache, waits, answer, reason):
    digits = site.offers(answer, mirrors=("first/", "second/"))
    with pytest.raises(DataError, match=reason):
        fetch(digits, sleep=waits[1])
    assert everything_in(cache) == []
    site.requests.clear()
    site.answers["/second/images.gz"] = [gives(CONTENT)]
    (path,) = fetch(digits, sleep=waits[1])
    assert path.read_bytes() == CONTENT
    assert site.requests == ["/first/images.gz", "/second/images.gz"]


def test_address_without_a_server_is_passed_over(site, cache, waits):
    urls = ("http://127.0.0.1:9/images.gz", f"{site.base}/images.gz")
    site.offers(gives(CONTENT))
    digits = data_set(PublishedFile("images.gz", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), urls))
    assert fetch(digits, sleep=waits[1])[0].read_bytes() == CONTENT
    assert waits[0] == []


def test_file_that_has_moved_is_followed(site, cache):
    digits = site.offers(moved("/elsewhere"))
    site.answers["/elsewhere"] = [gives(CONTENT)]
    assert fetch(digits)[0].read_bytes() == CONTENT


# --- no address holds up the others -------------------------------------------------------------------------


def endless(encoding=None, content=b"x" * 2**16, times=400):
    """An answer without a length: 26 MB, as if there were no end."""

    def answer(handler):
        head(handler, 200, None, **({"Content-Encoding": encoding} if encoding else {}))
        answer.sent = 0
        with contextlib.suppress(OSError):  # the other side hung up
            for _ in range(times):
                handler.wfile.write(content)
                answer.sent += len(content)

    return answer


def elsewhere_at_length(handler):
    """A redirection whose own page has no end."""
    head(handler, 302, None, "text/html", Location="/second/images.gz")
    endless()(handler)


@pytest.mark.parametrize("encoding", [None, "gzip", "br"])
def test_body_without_end_is_cut_at_the_published_size(site, cache, waits, encoding):
    answer = endless(encoding)
    digits = site.offers(answer, mirrors=("first/", "second/"))
    site.answers["/second/images.gz"] = [gives(CONTENT)]
    written = []
    keep = fetching._Download.write
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching._Download, "write", lambda self, part: (keep(self, part), written.append(len(part))))
        assert fetch(digits, sleep=waits[1])[0].read_bytes() == CONTENT
    assert written == [len(CONTENT)]  # of the second address; nothing of the first reached the disk
    assert answer.sent < 8 * 2**20  # what the network holds at most, of 26 MB
    assert waits[0] == []


def test_body_that_unpacks_to_far_more_is_never_unpacked(site, cache, waits):
    packed = gzip.compress(bytes(50 * 2**20))

    def bomb(handler):
        head(handler, 200, None, **{"Content-Encoding": "gzip"})
        handler.wfile.write(packed)

    assert len(packed) < len(CONTENT)
    with pytest.raises(DataError, match=rf"51200 bytes expected, found {len(packed)}"):
        fetch(site.offers(bomb), sleep=waits[1])


def test_packed_file_that_a_server_calls_encoded_stays_packed(site, cache):
    packed = gzip.compress(CONTENT)

    def labelled(handler):
        head(handler, 200, len(packed), **{"Content-Encoding": "x-gzip"})
        handler.wfile.write(packed)

    assert fetch(site.offers(labelled, content=packed))[0].read_bytes() == packed


def test_page_of_a_redirection_is_not_read(site, cache, waits):
    digits = site.offers(elsewhere_at_length, mirrors=("first/",))
    site.answers["/second/images.gz"] = [gives(CONTENT)]
    assert fetch(digits, sleep=waits[1])[0].read_bytes() == CONTENT


def in_the_head(handler):
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")


def in_the_body(handler):
    head(handler, 200, len(CONTENT))


@pytest.mark.parametrize("place", [in_the_head, in_the_body])
def test_address_that_drips_is_given_up_and_the_next_one_tried(site, cache, waits, monkeypatch, place):
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    monkeypatch.setattr(fetching, "WAITS", ())

    def drip(handler):
        place(handler)
        with contextlib.suppress(OSError):
            while not site.release.wait(0.02):
                handler.wfile.write(b"ab")
                handler.wfile.flush()

    digits = site.offers(drip, mirrors=("first/", "second/"))
    with pytest.raises(DataError, match=r"images\.gz: \d+ of 51200 bytes in 0 s"):
        fetch(digits, sleep=waits[1])
    assert everything_in(cache) == []
    site.answers["/second/images.gz"] = [gives(CONTENT)]
    monkeypatch.setattr(fetching, "PATIENCE", 1.5)  # for the address that gives it, on a machine with other work
    assert fetch(digits, sleep=waits[1])[0].read_bytes() == CONTENT


def test_what_came_gives_a_download_more_time(site, cache, waits, monkeypatch):
    monkeypatch.setattr(fetching, "PATIENCE", 0.2)
    monkeypatch.setattr(fetching, "LEAST_SPEED", len(CONTENT))
    monkeypatch.setattr(fetching, "CHUNK", len(CONTENT) // 16)

    def steady(handler):
        head(handler, 200, len(CONTENT))
        for first in range(0, len(CONTENT), len(CONTENT) // 16):
            handler.wfile.write(CONTENT[first : first + len(CONTENT) // 16])
            handler.wfile.flush()
            time.sleep(0.025)  # 0.4 s in all, twice the patience

    assert fetch(site.offers(steady), sleep=waits[1])[0].read_bytes() == CONTENT
    assert site.requests == ["/images.gz"]


# --- offline, space, messages -------------------------------------------------------------------------------


def test_offline_full_cache_is_used_without_a_connection(site, cache, monkeypatch):
    digits = site.offers(gives(CONTENT))
    fetch(digits)
    site.requests.clear()
    monkeypatch.setenv("LSALSA_OFFLINE", "1")
    assert fetch(digits)[0].read_bytes() == CONTENT
    assert site.requests == []


def test_offline_empty_cache_is_refused_at_once_with_every_file_and_where_to_put_it(site, cache, monkeypatch, waits):
    images, labels = (PublishedFile(f"{name}.gz", 9, HEX, (f"{site.base}/{name}",)) for name in ("images", "labels"))
    monkeypatch.setenv("LSALSA_OFFLINE", "1")
    with pytest.raises(DataError, match="LSALSA_OFFLINE forbids") as caught:
        fetch(data_set(images, labels), sleep=waits[1])
    assert f"put images.gz, labels.gz into {cache}, or into a folder digits of data_dir" in str(caught.value)
    assert (site.requests, waits[0]) == ([], [])


@pytest.mark.parametrize("value", ["", "0"])
def test_online_is_the_rule(site, cache, monkeypatch, value):
    monkeypatch.setenv("LSALSA_OFFLINE", value)
    assert fetch(site.offers(gives(CONTENT)))[0].is_file()


def test_download_that_the_disk_cannot_hold_is_refused_before_it_starts(site, cache, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**6, 10**6 - 100, 100))
    with pytest.raises(StorageError, match=f"{cache} cannot hold the download: 51200 bytes needed, 100 bytes free"):
        fetch(site.offers(gives(CONTENT)))
    assert site.requests == []


def test_disk_that_fills_up_during_a_download_is_reported_and_not_tried_again(site, cache, monkeypatch, waits):
    def full(self, url, output_file, pooch):
        output_file.write(CONTENT[:1000])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    with pytest.raises(
        StorageError, match=r"images\.gz could not be written, the disk is full: 51200 bytes needed, \d+"
    ):
        fetch(site.offers(gives(CONTENT)), sleep=waits[1])
    assert (everything_in(cache), waits[0]) == ([], [])


def test_licence_and_citation_are_logged_with_the_first_download_only(site, cache, caplog):
    digits = site.offers(gives(CONTENT))
    with caplog.at_level(logging.INFO, "lsalsa"):
        fetch(digits)
        fetch(digits)
    assert caplog.messages == ["fetching Digits; licence: CC0; cite: A. Author"]


@pytest.mark.parametrize("on_terminal", [True, False])
def test_progress_is_shown_on_a_terminal_only(site, cache, monkeypatch, capsys, on_terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: on_terminal)
    fetch(site.offers(gives(CONTENT)))
    assert ("100%" in capsys.readouterr().err) is on_terminal


def test_cache_is_that_of_the_user_unless_the_environment_names_another(monkeypatch):
    monkeypatch.delenv("LSALSA_CACHE", raising=False)
    assert cache_folder() == pooch.os_cache("lsalsa")
    monkeypatch.setenv("LSALSA_CACHE", "/somewhere")
    assert str(cache_folder()) == "/somewhere"


# --- other processes ----------------------------------------------------------------------------------------

FETCHING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs the tests in the background ignores it
from lsalsa.data.fetch import fetch
from lsalsa.data.register import DataSet, PublishedFile
name, size, sha256, url = sys.argv[1:]
file = PublishedFile(name, int(size), sha256, (url,))
fetch(DataSet("digits", "Digits", "CC0", "A. Author", ("0", "1"), 10, 5, 28, (file,)))
"""


def fetching_process(digits):
    (file,) = digits.files
    arguments = [file.name, str(file.bytes), file.sha256, *file.urls]
    return subprocess.Popen([sys.executable, "-c", FETCHING, *arguments], stderr=subprocess.DEVNULL, env=os.environ)


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda blow: blow.name)
def test_interrupted_download_leaves_no_file_and_the_next_one_works_at_once(site, cache, waits, blow):
    digits = site.offers(site.stall, gives(CONTENT))
    process = fetching_process(digits)
    assert site.stalling.wait(20)
    assert [name[0] for name in everything_in(cache)] == ["."]  # what is there so far has a hidden name
    process.send_signal(blow)
    assert process.wait(10) != 0
    assert not (cache / "images.gz").exists()
    assert fetch(digits, sleep=waits[1])[0].read_bytes() == CONTENT
    assert waits[0] == []


def test_four_processes_may_fetch_the_same_file_at_once(site, cache):
    together = threading.Barrier(4, timeout=20)

    def answer(handler):
        together.wait()
        gives(CONTENT)(handler)

    digits = site.offers(answer)
    processes = [fetching_process(digits) for _ in range(4)]
    assert [process.wait(30) for process in processes] == [0, 0, 0, 0]
    assert everything_in(cache) == ["images.gz"]
    assert (cache / "images.gz").read_bytes() == CONTENT


# --- the register -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("published", DATA_SETS.values(), ids=DATA_SETS)
def test_register_is_sorted_and_names_everything_once(published):
    assert list(DATA_SETS) == sorted(DATA_SETS)
    names = [file.name for file in published.files]
    assert names == sorted(set(names))
    urls = [url for file in published.files for url in file.urls]
    assert len(set(urls)) == len(urls)
    assert len(set(published.class_names)) == len(published.class_names)
    assert published.licence
    assert published.citation
    assert all(url.endswith(f"/{file.name}") for file in published.files for url in file.urls)


def test_address_without_encryption_stands_last_and_where_there_is_no_other():
    plain = {
        url.split("/")[2] for s in DATA_SETS.values() for f in s.files for url in f.urls if url.startswith("http:")
    }
    assert plain == {"yann.lecun.com", "fashion-mnist.s3-website.eu-central-1.amazonaws.com"}
    for published in DATA_SETS.values():
        for file in published.files:
            assert list(file.urls) == sorted(file.urls, key=lambda url: url.startswith("http:"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": HEX[1:]}, "needs a sha256 of 64 hexadecimal digits"),
        ({"sha256": HEX.replace("0", "G")}, "needs a sha256 of 64 hexadecimal digits"),
        ({"bytes": 0}, "needs its size in bytes"),
        ({"urls": ()}, "needs at least one address"),
        ({"urls": ("ftp://host/images.gz",)}, "needs at least one address, http or https"),
    ],
)
def test_unsound_entry_of_the_register_is_refused(changes, message):
    entry = {"name": "images.gz", "bytes": 9, "sha256": HEX, "urls": ("https://host/images.gz",)}
    PublishedFile(**entry)
    with pytest.raises(ConfigError, match=message):
        PublishedFile(**entry | changes)


def test_waits_grow():
    assert list(fetching.WAITS) == sorted(set(fetching.WAITS))
