# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed beside the programs: desktop entry, metainfo, schema, icons, units, completion."""
import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import xml.etree.ElementTree as xml

import checks
from checks import ROOT, text

APPLICATION = re.search(r"application_id = '([^']+)'", text("meson.build"))[1]
VERSION = re.search(r"version: '([^']+)'", text("meson.build"))[1]
DATA = ROOT / "data"
# Exposure as systemd tells it, in tenths; that of Debian's redis-server.service is 12.
MAX_EXPOSURE = 12


def run(*command, **options):
    """Nothing where the program is content, else what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    said = (done.stdout + done.stderr).strip()
    return [f"{command[0]} ended with {done.returncode}: {said}"] if done.returncode else []


def copied(folder, source, name, **places):
    """A file of data/ under the name that it is installed by."""
    path = pathlib.Path(folder) / name
    body = (DATA / source).read_text("utf-8")
    for place, value in places.items():
        body = body.replace(f"@{place}@", value)
    path.write_text(body, "utf-8")
    return str(path)


def entries(name):
    """The keys of a file with [Groups], by "Group/Key"."""
    group, found = "", {}
    for line in (DATA / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found[f"{group}/{key}"] = value
    return found


def check_desktop_entry():
    """desktop-file-validate has nothing to say about the launcher"""
    with tempfile.TemporaryDirectory() as folder:
        path = copied(folder, APPLICATION + ".desktop.in", APPLICATION + ".desktop")
        done = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True,
                              check=False)
        return (done.stdout + done.stderr).replace(folder + "/", "").splitlines()


# What each kind of source is called where desktops know files by their types.
SOURCES = {
    "md": "text/markdown", "txt": "text/plain", "pdf": "application/pdf", "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}


def check_sources():
    """the launcher opens files of each kind that can be a source"""
    launcher = entries(APPLICATION + ".desktop.in")
    opened = set(launcher["Desktop Entry/MimeType"].strip(";").split(";"))
    return [f"the launcher: {name}" for name in sorted(opened ^ set(SOURCES.values()))] + \
        ([] if launcher["Desktop Entry/Exec"].endswith(" %U") else ["the launcher takes no files"])


def check_metainfo():
    """appstreamcli accepts the metainfo"""
    with tempfile.TemporaryDirectory() as folder:
        return run("appstreamcli", "validate", "--no-net", "--no-color",
                   copied(folder, APPLICATION + ".metainfo.xml.in", APPLICATION + ".metainfo.xml"))


def check_releases():
    """the newest release of the metainfo is the version of the project"""
    releases = xml.parse(DATA / (APPLICATION + ".metainfo.xml.in")).findall("releases/release")
    if not releases or releases[0].get("version") != VERSION:
        return [f"metainfo: the first release is not {VERSION}"]
    return []


def check_screenshots():
    """each screenshot of the metainfo is in the repository, and as large as it says"""
    images = xml.parse(DATA / (APPLICATION + ".metainfo.xml.in")).findall("screenshots/screenshot/image")
    offenders = [] if images else ["metainfo: no screenshot"]
    for image in images:
        path = ROOT / image.text.strip().rpartition("/main/")[2]
        head = path.read_bytes()[:24] if path.is_file() else b""
        if not head.startswith(b"\x89PNG") or struct.unpack(">II", head[16:]) != \
                (int(image.get("width")), int(image.get("height"))):
            offenders.append(f"metainfo: {path.relative_to(ROOT)}")
    return offenders


def check_schema():
    """glib-compile-schemas is content, even where it is strict"""
    return run("glib-compile-schemas", "--strict", "--dry-run", str(DATA))


def check_names():
    """launcher, D-Bus service and search provider name the same application"""
    launcher = entries(APPLICATION + ".desktop.in")
    service = entries(APPLICATION + ".service.in")
    search = entries(APPLICATION + ".search-provider.ini")
    path = "/" + APPLICATION.replace(".", "/") + "/SearchProvider"
    wanted = [(launcher, "Desktop Entry/Icon", APPLICATION),
              (launcher, "Desktop Entry/DBusActivatable", "true"),
              (service, "D-BUS Service/Name", APPLICATION),
              (search, "Shell Search Provider/DesktopId", APPLICATION + ".desktop"),
              (search, "Shell Search Provider/BusName", APPLICATION),
              (search, "Shell Search Provider/ObjectPath", path),
              (search, "Shell Search Provider/Version", "2")]
    offenders = [f"{key} is {found.get(key)}, not {value}"
                 for found, key, value in wanted if found.get(key) != value]
    # The desktop activates such actions over D-Bus, by these very names.
    actions = set(launcher["Desktop Entry/Actions"].strip(";").split(";"))
    code = text("src/app/sortie-application.c")
    return offenders + [f"the application has no action {name}" for name in sorted(actions)
                        if f'{{ "{name}",' not in code or
                        f"Desktop Action {name}/Name" not in launcher]


def check_icons():
    """the icons are drawn at every size, and something is seen of them"""
    offenders = []
    icons = {DATA / f"icons/hicolor/scalable/apps/{APPLICATION}.svg": (16, 32, 48, 64, 128, 256),
             DATA / f"icons/hicolor/symbolic/apps/{APPLICATION}-symbolic.svg": (16, 32, 64)}
    for path, sizes in icons.items():
        for size in sizes:
            done = subprocess.run(["rsvg-convert", "-w", str(size), "-h", str(size), str(path)],
                                  capture_output=True, check=False)
            if done.returncode or not done.stdout.startswith(b"\x89PNG") or len(done.stdout) < 150:
                offenders.append(f"{path.name} at {size}: {done.stderr.decode()}")
    return offenders


def check_units():
    """systemd rates the machine's unit no worse than Debian's for Redis, and can read the user's"""
    with tempfile.TemporaryDirectory() as folder:
        unit = copied(folder, "systemd/sortied.service.in", "sortied.service", bindir="/usr/bin")
        offenders = run("systemd-analyze", "security", "--offline=yes", "--no-pager",
                        f"--threshold={MAX_EXPOSURE}", unit)
        user = entries("systemd/sortied-user.service.in")
    for key in ("Service/ExecStart", "Install/WantedBy", "Unit/Description"):
        if key not in user:
            offenders.append(f"sortied-user.service: no {key}")
    return offenders


def check_compose():
    """each service of compose.yaml can build its image by itself, and a target of the Containerfile has it"""
    targets = set(re.findall(r"^FROM \S+ AS (\S+)$", text("compose/Containerfile"), re.MULTILINE))
    services = re.search(r"^services:\n(.*?)^\w", text("compose/compose.yaml"), re.DOTALL | re.MULTILINE)[1]
    parts = re.split(r"^  ([a-z]+):\n", services, flags=re.MULTILINE)
    offenders = []
    for name, part in zip(parts[1::2], parts[2::2]):
        image = re.search(r"^    image: \S+/sortie-([a-z]+):", part, re.MULTILINE)
        target = re.search(r"^    build:\n(?:      .*\n)*?      target: (\S+)$", part, re.MULTILINE)
        if not image or not target or image[1] != target[1] or target[1] not in targets:
            offenders.append(f"compose.yaml: {name}")
    return offenders if len(parts) > 2 else ["compose.yaml: no services were found"]


def check_health():
    """each service of compose.yaml has its image's health check, since Podman's images leave it out

    As one string: podman-compose 1.0 takes the first word off a list anew for each replica.
    """
    checks_of = {}
    for stage in re.split(r"^FROM \S+ AS ", text("compose/Containerfile").replace("\\\n", ""),
                          flags=re.MULTILINE)[1:]:
        found = re.search(r"^HEALTHCHECK --interval=(\S+) --timeout=(\S+) --start-period=(\S+) "
                          r"--retries=(\d+) +CMD \[(.*)\]$", stage, re.MULTILINE)
        if found:
            *times, words = found.groups()
            checks_of[stage.split()[0]] = [*times, " ".join(json.loads(f"[{words}]"))]
    compose = text("compose/compose.yaml")
    found = re.findall(r"target: ([a-z]+)\n(?:(?!  [a-z]+:\n).*\n)*?    healthcheck:\n"
                       r"      test: ([^\"\[\n]+)\n      interval: (\S+)\n      timeout: (\S+)\n"
                       r"      start_period: (\S+)\n      retries: (\d+)\n", compose)
    offenders = [f"compose.yaml: {target}" for target, test, *times in found
                 if checks_of.get(target) != [*times, test]]
    if len(found) != compose.count("    image: ") or not found:
        offenders.append(f"compose.yaml: {len(found)} health checks")
    return offenders


def check_flatpak_source():
    """the Flatpak's copy of the checkout leaves out each build folder that ./dev or the README makes"""
    manifest = text(f"flatpak/{APPLICATION}.yml")
    skipped = set(re.findall(r"^          - (\S+)$", manifest, re.MULTILINE))
    made = set(re.findall(r"(?<!containers/)\bbuild-[a-z0-9]+\b", text("dev") + text("README.md")))
    return [f"{APPLICATION}.yml: {name} is not skipped" for name in sorted((made | {"build"}) - skipped)]


def check_completion():
    """the completion for bash is in order"""
    return run("shellcheck", "--shell=bash", str(DATA / "completions/sortiectl.bash")) \
        if shutil.which("shellcheck") else []


if __name__ == "__main__":
    checks.main()
