"""What can be asked of a server without asking a model."""

from urllib.parse import quote

from kerasdl.serving.answer import TEXT, Answer, json_answer, refusal
from kerasdl.serving.engine import Engine
from kerasdl.serving.registry import ModelRegistry
from kerasdl.serving.route import Route
from kerasdl.serving.serving_error import invalid

METRICS_PATH = "/monitoring/prometheus/metrics"


def other_page(engine: Engine, method: str, path: str, full_path: str, prefix: str) -> Answer:
    """Answers a request outside `/v1/`: health, models and metrics.

    Args:
        engine: knows the models, and counts.
        method: `GET`, ...
        path: the path without the query string.
        full_path: the path with it.
        prefix: what the application is mounted at.

    Raises:
        ServingError: it cannot be asked so.
    """
    if method not in ("GET", "HEAD"):
        raise invalid(f"Malformed request: {method} {full_path}")
    if path == METRICS_PATH:
        if full_path != path:
            raise invalid(f"Unexpected path: {full_path}. Should be {path}")
        return Answer(200, engine.metrics.text().encode(), b"text/plain")
    if path == "/healthz":
        return Answer(200, b"ok\n", TEXT)
    if path == "/readyz":
        ready = engine.registry.is_ready()
        return Answer(200 if ready else 503, b"ready\n" if ready else b"not ready\n", TEXT)
    if path in ("/", "/models"):
        models = {
            name: {"version": model.highest(), "url": f"{prefix}/v1/models/{quote(name, safe='')}"}
            for name, model in sorted(engine.registry.models.items())
        }
        return json_answer({"models": models})
    return refusal(404, f"Nothing at {path}. See /models and /v1/models/NAME")


def status_page(registry: ModelRegistry, route: Route) -> Answer:
    """Tells how the versions of a model are.

    Raises:
        ServingError: there is no such model or version.
    """
    statuses = registry.statuses(route.model, route.version)
    return json_answer(
        {
            "model_version_status": [
                {
                    "version": str(number),
                    "state": status.state,
                    "status": {
                        "error_code": status.error_code,
                        "error_message": status.error_message,
                    },
                }
                for number, status in statuses.items()
            ]
        }
    )


def metadata_page(registry: ModelRegistry, route: Route) -> Answer:
    """Tells the signatures of a model.

    Raises:
        ServingError: there is no such model, version or label.
    """
    with registry.use(route.model, route.version, route.label) as (version, model):
        spec = {"name": route.model, "signature_name": "", "version": str(version)}
        return json_answer({"model_spec": spec, "metadata": model.metadata()})
