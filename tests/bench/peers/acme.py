"""Acme's suppliers page by page, as a connector in Python asks for them: one session, retries by tenacity."""
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

TOKEN = "test-bearer-token-here"


class Transient(Exception):
    """An answer that may be another one soon."""


@retry(
    retry=retry_if_exception_type((Transient, requests.ConnectionError, requests.Timeout)),
    wait=wait_exponential(multiplier=1, min=2, max=30),
    stop=stop_after_attempt(5),
    reraise=True,
)
def get(session, url, params):
    answer = session.get(url, params=params, timeout=30)
    if answer.status_code in (429, 500, 502, 503, 504):
        raise Transient(f"{answer.status_code} {answer.text[:200]}")
    answer.raise_for_status()
    return answer.json()


def suppliers(url, since=None):
    """Each supplier of each page."""
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"})
    params = {"page": 1, "per_page": 200}
    if since:
        params["updated_after"] = since
    while params["page"]:
        body = get(session, url, params)
        yield from body.get("data", [])
        params["page"] = body.get("next_page")
