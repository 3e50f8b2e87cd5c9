# SPDX-License-Identifier: GPL-3.0-or-later
"""A Redis of the user's own over TLS (rediss://): a real redis-server, with certificates made for
this run by openssl. Only where hiredis has TLS."""
import socket
import subprocess

import harness
from backend import MISSION, wait_indexed, write_documents

PASSWORD = "not for other eyes"
PASSWORD_IN_URL = "not%20for%20other%20eyes"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_authority(folder, name):
    """The paths of an authority's certificate and key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}-key.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", certificate)
    return certificate, key


def make_certificate(folder, name, authority, names):
    """The paths of a certificate that the authority signed, and of its key."""
    certificate, key, request = (folder / f"{name}{end}" for end in (".pem", "-key.pem", ".csr"))
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={names}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", key, "-out", request)
    openssl("x509", "-req", "-in", request, "-CA", authority[0], "-CAkey", authority[1],
            "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate)
    return certificate, key


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class TlsRedis:
    """A redis-server with a certificate for localhost. Its files lie in folder."""

    def __init__(self, clients="no", tls=True):
        self.folder = harness.temporary_folder()
        self.port = free_port()
        self.authority = make_authority(self.folder, "authority")
        self.certificate = make_certificate(self.folder, "server", self.authority, "DNS:localhost")
        listening = ["--port", "0", "--tls-port", self.port, "--tls-auth-clients", clients,
                     "--tls-cert-file", self.certificate[0], "--tls-key-file", self.certificate[1],
                     "--tls-ca-cert-file", self.authority[0]] if tls else ["--port", self.port]
        self.command = ["redis-server", "--bind", "127.0.0.1", "--dir", self.folder, "--save", "",
                        "--appendonly", "yes", "--maxmemory-policy", "noeviction",
                        "--requirepass", PASSWORD, *listening]
        self.process = None
        harness.later(self.kill)
        self.start()

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*map(str, self.command)], stdout=log, stderr=log)
        harness.wait_until(self.listens, "redis-server listens")

    def listens(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def env(self, host="localhost", **extra):
        """What lets sortied in; another value, or None, in place of what extra names."""
        return {"REDIS_URL": f"rediss://:{PASSWORD_IN_URL}@{host}:{self.port}",
                "REDIS_CA_FILE": self.authority[0], **extra}


def start(redis, **extra):
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home,
                              env=redis.env(**extra))
    wait_indexed(backend, "docs")
    return backend


def carry_out(backend):
    events = backend.wait_done(backend.submit(MISSION))
    assert events[-1]["data"] == {"outcome": "completed"}, events[-1]
    assert not [event for event in events if event["type"] == "error"]


def refusal(env):
    """What sortied says when it refuses to start: one plain sentence."""
    home = harness.temporary_folder()
    done = harness.run("sortied", "--listen", "tcp://127.0.0.1:0", "--data-dir", home / "d",
                       home=home, env=env)
    assert done.returncode not in (0, None) and done.returncode > 0, done
    assert done.stdout == "", done.stdout
    assert PASSWORD not in done.stderr and PASSWORD_IN_URL not in done.stderr, done.stderr
    line, = [line for line in done.stderr.splitlines() if "REDIS" in line.upper()]
    return line


def test_missions_over_tls():
    redis = TlsRedis()
    backend = start(redis)
    carry_out(backend)
    assert harness.redis_pids(backend.home) == [], "a private Redis runs as well"
    backend.stop()


def test_redis_comes_back():
    """A mission is under way when Redis dies, and is finished after it has come back."""
    redis = TlsRedis()
    backend = start(redis)
    mission = backend.submit(MISSION)
    redis.kill()
    redis.start()
    assert backend.wait_done(mission, seconds=90)[-1]["data"] == {"outcome": "completed"}
    carry_out(backend)
    backend.stop()


def test_client_certificate():
    redis = TlsRedis(clients="yes")
    certificate, key = make_certificate(redis.folder, "client", redis.authority, "DNS:sortied")
    backend = start(redis, REDIS_CERT_FILE=certificate, REDIS_KEY_FILE=key)
    carry_out(backend)
    backend.stop()
    said = refusal(redis.env(REDIS_CERT_FILE=certificate))
    assert "REDIS_CERT_FILE and REDIS_KEY_FILE" in said, said
    said = refusal(redis.env(REDIS_CERT_FILE=certificate, REDIS_KEY_FILE=redis.certificate[1]))
    assert "REDIS_KEY_FILE" in said and "mismatch" in said, said
    said = refusal(redis.env())
    assert "REDIS_CERT_FILE" in said, said


def test_certificates_that_are_not_trusted():
    redis = TlsRedis()
    other, _key = make_authority(redis.folder, "other")
    for extra in ({"REDIS_CA_FILE": None}, {"REDIS_CA_FILE": other}):
        said = refusal(redis.env(**extra))
        assert f"localhost:{redis.port}" in said and "not trusted" in said, said
        assert "REDIS_CA_FILE" in said, said


def test_another_hosts_certificate():
    redis = TlsRedis()
    said = refusal(redis.env(host="127.0.0.1"))
    assert f"127.0.0.1:{redis.port}" in said and "another host" in said, said


def test_files_that_are_none():
    redis = TlsRedis()
    missing, rubbish = redis.folder / "missing", redis.folder / "rubbish"
    rubbish.write_text("rubbish")
    said = refusal(redis.env(REDIS_CA_FILE=missing))
    assert "REDIS_CA_FILE" in said and str(missing) in said and "No such file" in said, said
    said = refusal(redis.env(REDIS_CA_FILE=rubbish))
    assert "REDIS_CA_FILE" in said and str(rubbish) in said, said


def test_server_without_tls():
    """It takes the greeting for a command: where that holds no line end it gives no answer and looks
    like a server that is still to come; else sortied refuses it."""
    redis = TlsRedis(tls=False)
    backend = harness.Backend(env=redis.env(), start=False)
    process = subprocess.Popen(
        [harness.program("sortied"), "--listen", "tcp://127.0.0.1:0", "--data-dir",
         str(backend.data_dir)], cwd=backend.home, text=True, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, env=harness.environment(backend.home, backend.extra_env))
    harness.later(lambda: process.poll() is None and process.kill())
    line = process.stderr.readline()
    assert "TLS" in line and f"localhost:{redis.port}" in line, line
    process.kill()
    process.communicate()


def test_print_config_shows_the_files():
    done = harness.run("sortied", "--print-config",
                       env={"REDIS_URL": f"rediss://:{PASSWORD_IN_URL}@h", "REDIS_CA_FILE": "/ca"})
    assert "REDIS_URL=rediss://:***@h" in done.stdout, done.stdout
    assert "REDIS_CA_FILE=/ca" in done.stdout, done.stdout
    assert PASSWORD_IN_URL not in done.stdout + done.stderr


if __name__ == "__main__":
    harness.main()
