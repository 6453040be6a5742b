"""The Flask application."""

import os
from types import TracebackType

from flask import Flask, Response
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from sms_triage.gateways import is_simulated, read_settings
from sms_triage.logs import log_error, set_up_logs
from sms_triage.service.service import Service, start_service
from sms_triage.storage.connection import explain
from sms_triage.web import health, phone, webhooks

PATIENCE = float("inf")
"""Seconds to wait for Redis at the start: as long as it takes."""

LARGEST_REQUEST = 64 * 1024
"""Bytes. A provider's webhook is a few kilobytes."""


class Web(Flask):
    """Flask, but an error's own words, which may quote a person's, never reach a log."""

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        if exc_info[1] is not None:
            log_error("request failed", exc_info[1])


def create_app(service: Service | None = None) -> Flask:
    """The application for a service; without one, for what the environment describes.

    Raises ``SettingsError`` or ``ContentError`` if that is not sound.
    """
    if service is None:
        set_up_logs()
        service = start_service(read_settings(os.environ), PATIENCE)
    app = Web(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST
    app.register_blueprint(webhooks.blueprint(service))
    app.register_blueprint(health.blueprint(service))
    if service.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=service.settings.proxies)  # type: ignore[method-assign]
    if is_simulated(service.settings):
        app.register_blueprint(phone.blueprint(service))

    @app.errorhandler(RedisError)
    def no_redis(error: RedisError) -> Response:
        # The provider is told to come again: nothing of this message was kept.
        log_error(f"a call was put off since Redis does not serve: {explain(error)}", error)
        return Response("try again\n", 503, {"Retry-After": "5"}, mimetype="text/plain")

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        log_error("request failed", error)
        return Response("error\n", 500, mimetype="text/plain")

    return app
