# Asterisk and nothing of ours: it runs the configuration that `vaxel render` has written to the
# state volume, as a user without rights.
FROM docker.io/library/debian:forky-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends asterisk \
    && rm -rf /var/lib/apt/lists/* /etc/asterisk \
    && useradd --uid 10001 --no-create-home --home-dir /var/lib/vaxel --shell /usr/sbin/nologin vaxel \
    && install --directory --owner=vaxel --group=vaxel --mode=0700 /var/lib/vaxel

USER 10001
ENV ASTERISK_CONF=/var/lib/vaxel/asterisk/etc/asterisk.conf
STOPSIGNAL SIGTERM
CMD ["sh", "-c", "exec asterisk -C \"$ASTERISK_CONF\" -f"]
