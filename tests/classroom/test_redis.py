import pytest
import redis
from django.conf import settings

from classroom.operating.doctor import workers


def test_redis_keeps_messages_on_disk_and_drops_none(site):
    with redis.Redis(unix_socket_path=str(settings.REDIS_SOCKET)) as client:
        assert client.config_get("appendonly", "maxmemory-policy", "port") == {
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "port": "0",
        }


def test_redis_is_for_its_owner_only(site):
    assert settings.REDIS_SOCKET.stat().st_mode & 0o777 == 0o700
    assert settings.VAR.stat().st_mode & 0o077 == 0


def test_second_redis_on_the_same_folder_refuses_to_start(site):
    with pytest.raises(AssertionError, match=r"is the site running twice\?"):
        site.manage("redis")


def test_the_doctor_finds_a_redis_that_forgets(site):
    def found():
        return [(str(finding.level), finding.text.split(":")[0]) for finding in workers.redis()]

    [(level, _text)] = found()
    assert level == "ok"
    with redis.Redis(unix_socket_path=str(settings.REDIS_SOCKET)) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendonly", "no")
        try:
            assert found() == [
                ("warning", "It writes no append-only file"),
                ("warning", "maxmemory-policy is allkeys-lru"),
            ]
        finally:
            client.config_set("appendonly", "yes")
            client.config_set("maxmemory-policy", "noeviction")
