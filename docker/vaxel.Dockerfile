# Växel: the controller, the speech server and the `vaxel` command in one image.
FROM docker.io/library/debian:bookworm-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates espeak-ng ffmpeg graphviz python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /var/lib/vaxel --shell /usr/sbin/nologin vaxel \
    && install --directory --owner=vaxel --group=vaxel --mode=0700 /var/lib/vaxel

WORKDIR /opt/vaxel
COPY requirements.lock ./
RUN python3 -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY acd acd
COPY dialplans dialplans
COPY ivr ivr
COPY media media
COPY monitoring monitoring
COPY recorder recorder
COPY store store
COPY wire wire
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q acd ivr media monitoring recorder store wire

USER 10001
ENV PATH=/opt/vaxel/.venv/bin:$PATH \
    LANG=C.UTF-8 \
    HOME=/var/lib/vaxel \
    MPLCONFIGDIR=/tmp/matplotlib \
    PYTHONUNBUFFERED=1 \
    VAXEL_STATE=/var/lib/vaxel \
    VAXEL_CACHE=/var/lib/vaxel/cache \
    VAXEL_PROMETHEUS__ENABLED=false
CMD ["vaxel", "--help"]
