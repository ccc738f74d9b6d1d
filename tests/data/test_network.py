"""Whether a host can be reached is known within the given time."""

import http.server
import socket
import threading

import pytest
import requests

from kerasdl.data.network import unreachable


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_error(404)

    def log_message(self, *arguments):
        pass


def test_a_host_that_answers_is_reachable_whatever_it_answers():
    server = http.server.HTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        assert unreachable(f"http://127.0.0.1:{server.server_port}/file", timeout=20) is None
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_closed_port_is_unreachable():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        problem = unreachable(f"http://127.0.0.1:{closed.getsockname()[1]}/", timeout=20)
    assert problem == "127.0.0.1 cannot be reached"


def test_silence_is_noticed():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        problem = unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2)
    assert problem == "127.0.0.1 does not answer"


def test_a_name_server_that_hangs_does_not_hold_us_up(monkeypatch):
    release, answered = threading.Event(), threading.Event()

    def hang(*arguments, **options):
        release.wait(60)
        answered.set()

    monkeypatch.setattr(requests, "head", hang)
    assert unreachable("https://data.example/file", timeout=0.1) == "data.example does not answer"
    assert not answered.is_set()
    release.set()


def test_a_host_with_an_unknown_certificate_is_reachable(monkeypatch):
    def refuse(*arguments, **options):
        raise requests.exceptions.SSLError

    monkeypatch.setattr(requests, "head", refuse)
    assert unreachable("https://data.example/file", timeout=20) is None
