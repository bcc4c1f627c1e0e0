"""Settings as the variables by which a ``vaxel`` command is given them."""

from __future__ import annotations

import json
import os

from ivr.settings import Settings


def environment_of(s: Settings) -> dict[str, str]:
    """This process's, and what a command needs to speak to a platform with such settings."""
    more = {"VAXEL_ASTERISK__TRUNKS": str(s.asterisk.trunks)} if s.asterisk.trunks else {}
    return (
        os.environ
        | more
        | {
            "VAXEL_SETTINGS": "/dev/null",
            "VAXEL_STATE": str(s.state),
            "VAXEL_TREES": str(s.trees),
            "VAXEL_CACHE": str(s.cache),
            "VAXEL_REDIS_URL": s.redis_url,
            "VAXEL_DATABASE_URL": s.database_url,
            "VAXEL_ASTERISK__NODE": s.asterisk.node,
            "VAXEL_ASTERISK__PEERS": json.dumps(s.asterisk.peers),
            "VAXEL_ASTERISK__SIP_PORT": str(s.asterisk.sip_port),
            "VAXEL_ASTERISK__AMI_PORT": str(s.asterisk.ami_port),
            "VAXEL_ASTERISK__RTP_START": str(s.asterisk.rtp_start),
            "VAXEL_ASTERISK__RTP_END": str(s.asterisk.rtp_end),
            "VAXEL_AGI__PORT": str(s.agi.port),
            "VAXEL_AGI__DRAIN_SECONDS": str(s.agi.drain_seconds),
            "VAXEL_HTTP__PORT": str(s.http.port),
            "VAXEL_SPEECH__PORT": str(s.speech.port),
            "VAXEL_SMS__FILE": str(s.sms.file),
            "VAXEL_PROMETHEUS__ENABLED": str(s.prometheus.enabled),
            "VAXEL_PROMETHEUS__PORT": str(s.prometheus.port),
        }
    )
