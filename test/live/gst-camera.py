"""A second, independent test camera: GStreamer's RTSP server, which also takes what is published.

gst-camera.py [--auth basic|digest --user U --password P] [--address IP] [--port N]
              [--record FILE] PATH=CLIP ...

CLIP is an .mp4 of H.264 or HEVC (named in PATH: /h264, /hevc) or an .avi of MJPEG (/mjpeg);
/sound is H.264 with a tone beside it.
--record: what is published to /in is written to FILE as H.264. Prints its port when it listens.
"""

import argparse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

PIPELINES = {
    "/h264": "qtdemux ! h264parse ! rtph264pay config-interval=-1",
    "/hevc": "qtdemux ! h265parse ! rtph265pay config-interval=-1",
    "/mjpeg": "avidemux ! jpegparse ! rtpjpegpay",
}
PIPELINES["/sound"] = PIPELINES["/h264"]
TONE = "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay"
RECORD = "rtph264depay name=depay0 ! h264parse ! video/x-h264,stream-format=byte-stream"


def login(server: GstRtspServer.RTSPServer, arguments: argparse.Namespace) -> None:
    """Asks every client for the one user and password."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if arguments.auth == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        basic = GstRtspServer.RTSPAuth.make_basic(arguments.user, arguments.password)
        auth.add_basic(basic, token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(arguments.user, arguments.password, token)
    server.set_auth(auth)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--auth", choices=["basic", "digest"])
    parser.add_argument("--user", default="cam")
    parser.add_argument("--password", default="")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", default="0")
    parser.add_argument("--record")
    parser.add_argument("mounts", nargs="*")
    arguments = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(arguments.address)
    server.set_service(arguments.port)
    if arguments.auth:
        login(server, arguments)
    launches = {}
    for mount in arguments.mounts:
        path, clip = mount.split("=", 1)
        launches[path] = f"( filesrc location={clip} ! {PIPELINES[path]} name=pay0 pt=96 )"
        if path == "/sound":
            launches[path] = launches[path][:-1] + f"{TONE} name=pay1 )"
    if arguments.record:
        launches["/in"] = f"( {RECORD} ! filesink location={arguments.record} buffer-mode=2 )"
    for path, launch in launches.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        if path == "/in":
            factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
        if arguments.auth:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
