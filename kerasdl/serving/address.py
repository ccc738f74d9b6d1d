"""Where a server listens, as people and programs write it."""


def address(host: str, port: int) -> str:
    """Returns a host and a port in one word.

    >>> address("127.0.0.1", 8501), address("::1", 8501)
    ('127.0.0.1:8501', '[::1]:8501')
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
