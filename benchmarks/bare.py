"""What the webhook is measured against: a Flask view that does one Redis GET and one SET, in the same server."""

import os

from flask import Flask, Response, request
from redis import Redis


def create_app() -> Flask:
    app = Flask("bare")
    redis = Redis.from_url(os.environ["REDIS_URL"])

    @app.post("/sms/twilio")
    def view() -> Response:
        key = f"bare:{request.form['From']}"
        redis.get(key)
        redis.set(key, request.form["Body"], ex=86400)
        return Response("<Response/>", mimetype="text/xml")

    return app
