"""Official kits, friendly and hostile."""

import io
import os
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import venues
from paperforge.errors import InputError
from paperforge.venues import kit as kits

STYLE = b"\\ProvidesPackage{neurips_2026}[2026/03/10 official]\n"


def zipped(tmp_path, files, name="kit.zip", compression=zipfile.ZIP_DEFLATED):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", compression) as archive:
        for entry, data in files.items():
            archive.writestr(entry, data)
    return path


def foldered(tmp_path, files):
    for name, data in files.items():
        path = tmp_path / "kit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "kit"


FRIENDLY = {
    "Formatting 2026/neurips_2026.sty": STYLE,
    "Formatting 2026/checklist.tex": b"checklist",
    "Formatting 2026/neurips_2026.tex": b"sample",
    "Formatting 2026/plainish.bst": b"bst",
    "Formatting 2026/neurips_2026.pdf": b"%PDF",
    "Formatting 2026/run.sh": b"rm -rf /",
    "other/foreign.sty": b"other",
    "__MACOSX/Formatting 2026/._neurips_2026.sty": b"mac",
}


@pytest.mark.parametrize("pack", [zipped, foldered])
def test_takes_the_style_and_says_what_it_left(tmp_path, pack):
    path = pack(tmp_path, FRIENDLY)
    kit = venues.add_kit(path)
    assert kit.venue.id == "neurips-2026"
    assert kit.files == {
        "neurips_2026.sty": STYLE,
        "checklist.tex": b"checklist",
        "plainish.bst": b"bst",
    }
    left = "\n".join(kit.left)
    for name in ("neurips_2026.tex", "run.sh", "foreign.sty", "._neurips_2026.sty"):
        assert name in left
    assert "run.sh (not part of the style)" in left
    assert venues.recognise_kit(path).id == "neurips-2026"
    assert not [p for p in tmp_path.iterdir() if p.name not in ("kit.zip", "kit")]


def test_the_style_file_alone(tmp_path):
    path = tmp_path / "neurips_2026.sty"
    path.write_bytes(STYLE)
    assert venues.add_kit(path).files == {"neurips_2026.sty": STYLE}


def test_what_it_took_is_then_official(tmp_path):
    kit = venues.add_kit(zipped(tmp_path, FRIENDLY), venues.find("neurips", tmp_path))
    folder = venues.kit_folder(kit.venue, tmp_path)
    folder.mkdir(parents=True)
    for name, data in kit.files.items():
        (folder / name).write_bytes(data)
    assert venues.find("neurips", tmp_path).official == folder


def test_says_whether_it_is_the_measured_file(tmp_path):
    assert "is not the file" in venues.add_kit(zipped(tmp_path, FRIENDLY)).notes[0].message


def test_the_shallowest_of_two_styles(tmp_path):
    files = {"old/copy/neurips_2026.sty": b"old", "neurips_2026.sty": STYLE}
    assert venues.add_kit(zipped(tmp_path, files)).files == {"neurips_2026.sty": STYLE}


def refused(path, says, venue=None):
    with pytest.raises(InputError, match=says) as caught:
        venues.add_kit(path, venue)
    assert str(path) in caught.value.where
    return caught.value


def test_the_kit_of_another_venue(tmp_path):
    path = zipped(tmp_path, {"icml2026.sty": b"\\x", "icml2026.bst": b"x"})
    error = refused(path, "holds no neurips_2026.sty", venues.find("neurips", None))
    assert "icml-2026" in error.hint
    path = zipped(tmp_path, {"neurips_2019.sty": b"x"})
    error = refused(path, "no venue that paperforge knows")
    assert "neurips_2019.sty" in error.hint
    with pytest.raises(InputError, match="no venue"):
        venues.recognise_kit(path)


def test_our_own_stand_in_is_not_a_kit(tmp_path):
    venue = venues.find("neurips", None)
    refused(
        zipped(tmp_path, {"neurips_2026.sty": (venue.folder / "neurips_2026.sty").read_bytes()}),
        "stand-in",
    )
    refused(venue.folder, "stand-in")


@pytest.mark.parametrize(
    "name",
    [
        "../neurips_2026.sty",
        "a/../../x.sty",
        "/etc/x.sty",
        "C:/x.sty",
        "C:x.sty",
        "..\\x.sty",
        "\\x.sty",
        "a/..",
        "//server/x.sty",
    ],
)
def test_paths_that_lead_out(tmp_path, name):
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE, name: b"evil"})
    refused(path, "leads out of it")


def link_entry(name, target):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def test_links_in_a_zip(tmp_path):
    path = tmp_path / "kit.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("neurips_2026.sty", STYLE)
        archive.writestr(*link_entry("extra.sty", "/etc/passwd"))
    kit = venues.add_kit(path)
    assert set(kit.files) == {"neurips_2026.sty"}
    assert kit.left == ("extra.sty (a link is not followed)",)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(*link_entry("neurips_2026.sty", "/etc/passwd"))
    refused(path, "link is not followed", venues.find("neurips", None))


def test_links_and_pipes_in_a_folder(tmp_path):
    folder = foldered(tmp_path, {"neurips_2026.sty": STYLE})
    secret = tmp_path / "secret.sty"
    secret.write_bytes(b"secret")
    (folder / "extra.sty").symlink_to(secret)
    (folder / "deep").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.sty")
    kit = venues.add_kit(folder)
    assert set(kit.files) == {"neurips_2026.sty"}
    assert any("extra.sty" in one and "link" in one for one in kit.left)
    assert any("pipe.sty" in one for one in kit.left)


def test_bombs(tmp_path):
    refused(
        zipped(tmp_path, {"neurips_2026.sty": STYLE, "bomb.sty": bytes(8 << 20)}), "times its size"
    )
    refused(
        zipped(
            tmp_path,
            {"neurips_2026.sty": STYLE, "big.pdf": bytes(51 << 20)},
            compression=zipfile.ZIP_STORED,
        ),
        "more than",
    )
    refused(zipped(tmp_path, {f"{n}.txt": b"" for n in range(2001)}), "2000 files")
    refused(foldered(tmp_path, {f"{n}.txt": b"" for n in range(2001)}), "2000 files")


def test_a_zip_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE + bytes(3 << 20)})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    path.write_bytes(data)
    refused(path, "cannot be unpacked")


def test_a_zip_in_a_zip_is_not_opened(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("neurips_2026.sty", STYLE)
    error = refused(zipped(tmp_path, {"Styles.zip": inner.getvalue()}), "no venue")
    assert "it holds Styles.zip" in error.hint
    kit = venues.add_kit(
        zipped(tmp_path, {"neurips_2026.sty": STYLE, "Styles.zip": inner.getvalue()})
    )
    assert kit.left == ("Styles.zip (an archive inside the kit is not opened)",)


def test_odd_names_are_left(tmp_path):
    names = [
        "-rf.sty",
        ".hidden.sty",
        "naïve.sty",
        "a b.sty",
        "x\ny.sty",
        "$(id).sty",
        "NEURIPS_2026.STY",
        "neurips_2026.sty ",
    ]
    kit = venues.add_kit(
        zipped(tmp_path, {"neurips_2026.sty": STYLE, **dict.fromkeys(names, b"x")})
    )
    assert set(kit.files) == {"neurips_2026.sty"}
    assert len(kit.left) == len(names)


def test_an_entry_without_a_name(tmp_path):
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE, "x": b"x"})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[central + 28 : central + 30] = b"\0\0"
    data[central + 46 : central + 47] = b""
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", struct.unpack_from("<I", data, end + 12)[0] - 1)
    path.write_bytes(data)
    assert set(venues.add_kit(path).files) == {"neurips_2026.sty"}


def test_names_in_an_old_encoding(tmp_path):
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE, "caf!.sty": b"x"})
    path.write_bytes(path.read_bytes().replace(b"caf!.sty", b"caf\x82.sty"))
    assert set(venues.add_kit(path).files) == {"neurips_2026.sty"}


def test_one_name_twice(tmp_path):
    path = tmp_path / "kit.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/neurips_2026.sty", STYLE)
        archive.writestr("a/x.sty", b"first")
        archive.writestr("a/X.sty", b"second")
    kit = venues.add_kit(path)
    assert kit.files["x.sty"] == b"first"
    assert kit.left == ("a/X.sty (another file of this name was taken)",)


def test_encrypted_entries(tmp_path):
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    refused(path, "encrypted", venues.find("neurips", None))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing(tmp_path, compression):
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE}, compression=compression)
    refused(path, "unusual", venues.find("neurips", None))


def test_not_a_kit(tmp_path):
    refused(tmp_path / "gone.zip", "no such file")
    (tmp_path / "notes.txt").write_text("x")
    refused(tmp_path / "notes.txt", "not a zip")
    path = zipped(tmp_path, {"neurips_2026.sty": STYLE * 50})
    path.write_bytes(b"PK\x03\x04" + path.read_bytes()[200:])
    refused(path, "is damaged")
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "no venue")


@given(st.data())
def test_a_damaged_zip_is_an_input_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("kit")
    path = zipped(folder, {"neurips_2026.sty": STYLE * 20, "a/b.bst": b"x" * 50})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        kit = venues.add_kit(path)
    except InputError:
        return
    assert all(kits._PLAIN_NAME.fullmatch(name) for name in kit.files)
