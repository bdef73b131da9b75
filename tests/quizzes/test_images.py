import struct
import zlib
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from classroom import markdown
from classroom.models import Role
from classroom.pictures import MAX_BYTES
from quizzes.errors import Refused
from quizzes.images import markdown_for, store_image
from quizzes.models import QuestionImage
from tests.factories import NOW, CourseFactory, EnrolmentFactory, instructor_of, student_of
from tests.pictures import SVG, chunk, file_of, png_that_says

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return CourseFactory(slug="dl")


def store(course, content, name="a net.png"):
    return store_image(course=course, name=name, content=content, now=NOW)


def decoded(image):
    return Image.open(BytesIO(image.content))


@pytest.mark.parametrize(
    ("written", "stored"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("GIF", "PNG"), ("WEBP", "WEBP")]
)
def test_picture_is_stored_under_the_hash_of_what_is_sent(course, written, stored):
    image = store(course, file_of(written))
    assert image.digest == sha256(image.content).hexdigest()
    assert (decoded(image).format, image.media_type) == (stored, f"image/{stored.lower()}")
    assert (image.width, image.height) == (40, 30)


def test_same_picture_twice_is_one_and_stored_content_imports_as_it_was(course):
    image = store(course, file_of("JPEG"))
    assert store(course, file_of("JPEG"), "other.jpg") == image
    assert store(course, bytes(image.content)) == image
    elsewhere = store(CourseFactory(), bytes(image.content))
    assert (elsewhere.digest, bytes(elsewhere.content)) == (image.digest, bytes(image.content))
    assert QuestionImage.objects.count() == 2


@pytest.mark.parametrize("content", [SVG, SVG.decode().encode("utf-16"), b"\n\n <SVG onload=alert(1)>"])
def test_svg_is_refused_with_the_remedy(course, content):
    with pytest.raises(Refused, match="export it as PNG"):
        store(course, content, "harmless.png")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        file_of("BMP"),
        file_of("TIFF"),
        file_of()[:60],
        file_of("JPEG")[:200],
        png_that_says(0, 5),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(course, content):
    with pytest.raises(Refused, match="choose a PNG, JPEG, GIF or WebP file"):
        store(course, content, "picture.png")


def test_name_follows_the_content_and_brings_no_folder(course):
    image = store(course, file_of("JPEG"), "..\\..\\etc/\u202epa\x00ss<b>wd</b>.svg")
    assert image.name == "b>.jpg"
    assert store(course, file_of("GIF"), "").name == "picture.png"


@pytest.mark.parametrize("size", [(20_001, 1), (9_000, 9_000), (20_000, 20_000), (65_000, 65_000)])
def test_flood_of_pixels_is_refused_before_it_is_decoded(course, size):
    with pytest.raises(Refused, match="million pixels"):
        store(course, png_that_says(*size))


def test_bomb_in_the_metadata_is_refused(course):
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 50_000_000, 9))
    with pytest.raises(Refused):
        store(course, png_that_says(20, 15, bomb))


def test_too_many_bytes_are_refused(course):
    with pytest.raises(Refused, match="larger than 10 MB"):
        store(course, file_of() + b"\0" * MAX_BYTES)


def test_large_picture_is_made_smaller(course):
    assert decoded(store(course, file_of(size=(3200, 100)))).size == (1600, 50)
    assert decoded(store(course, file_of("JPEG", size=(400, 9600)))).size == (200, 4800)


def test_metadata_comments_and_what_is_appended_are_gone(course):
    exif = Image.Exif()
    exif[0x010E] = "at 48.1 N, 11.6 E"
    content = file_of("JPEG", exif=exif, comment=b"secret comment") + b"<script>alert(1)</script>PK\x03\x04"
    image = store(course, content)
    assert not any(word in bytes(image.content) for word in (b"48.1", b"secret", b"<script", b"PK\x03\x04"))
    assert dict(decoded(image).getexif()) == {}
    text = chunk(b"tEXt", b"Author\0Mallory")
    pixels = b"".join(b"\0" + b"\x01\x02\x03" * 20 for _ in range(15))
    said = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 20, 15, 8, 2, 0, 0, 0))
    said += text + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    assert b"Mallory" not in bytes(store(course, said).content)


def test_photograph_stands_upright_without_its_metadata(course):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert decoded(store(course, file_of("JPEG", size=(40, 20), exif=exif))).size == (20, 40)


def test_transparency_stays_and_sixteen_bits_become_eight(course):
    palette = Image.new("P", (4, 4), 0)
    file = BytesIO()
    palette.save(file, "PNG", transparency=0)
    assert decoded(store(course, file.getvalue())).convert("RGBA").getpixel((0, 0))[3] == 0
    deep = BytesIO()
    Image.new("I;16", (4, 4), 32_768).save(deep, "PNG")
    assert decoded(store(course, deep.getvalue())).getpixel((0, 0)) == 128


def test_noisy_png_is_stored_as_webp(course):
    file = BytesIO()
    Image.effect_noise((1500, 1500), 120).save(file, "PNG")
    image = store(course, file.getvalue())
    assert image.media_type == "image/webp"
    assert len(image.content) < len(file.getvalue())


def test_members_get_the_picture_with_safe_headers(client, course):
    image = store(course, file_of(), 'x"<img>.png')
    client.force_login(student_of(course))
    response = client.get(reverse("quizzes:image", args=["dl", image.digest]))
    assert response.content == bytes(image.content)
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == 'inline; filename="x\\"<img>.png"'


def test_others_do_not_get_the_picture(client, course):
    address = reverse("quizzes:image", args=["dl", store(course, file_of()).digest])
    assert client.get(address).status_code == 302
    other = CourseFactory(slug="other")
    client.force_login(instructor_of(other))
    assert client.get(address).status_code == 404
    assert client.get(address.replace("/dl/", "/other/")).status_code == 404


@pytest.mark.parametrize("role", [Role.STUDENT, Role.VIEWER, Role.ASSISTANT])
def test_only_instructors_upload(client, course, role):
    client.force_login(EnrolmentFactory(course=course, role=role).user)
    response = client.post(
        reverse("quizzes:upload_image", args=["dl"]), {"image": SimpleUploadedFile("a.png", file_of())}
    )
    assert response.status_code == 403
    assert QuestionImage.objects.count() == 0


def test_upload_answers_with_the_markdown_that_shows_it(client, course):
    client.force_login(instructor_of(course))
    address = reverse("quizzes:upload_image", args=["dl"])
    response = client.post(address, {"image": SimpleUploadedFile("two [nets](x).png", file_of())})
    image = QuestionImage.objects.get()
    assert response.json() == {"markdown": f"![two nets x](image:{image.digest})"}
    refused = client.post(address, {"image": SimpleUploadedFile("a.png", SVG)})
    assert (refused.status_code, list(refused.json())) == (422, ["error"])
    assert client.post(address).status_code == 422


def test_markdown_shows_the_course_s_picture_and_links_foreign_ones(course):
    image = store(course, file_of())
    text = f"{markdown_for(image)} ![elsewhere](https://example.org/x.png)"
    with markdown.no_pictures_yet():
        assert "<img" not in markdown.to_html(text)
        markdown.show_pictures_of("dl")
        html = markdown.to_html(text)
    address = reverse("quizzes:image", args=["dl", image.digest])
    assert f'<img src="{address}" alt="a net">' in html
    assert html.count("<img") == 1
    assert '<a href="https://example.org/x.png" rel="noopener">elsewhere</a>' in html


@pytest.mark.parametrize("source", ["image:x", "image:../../x", f"image:{'0' * 63}", f"image:{'0' * 64}/x"])
def test_markdown_shows_no_other_address_as_a_picture(course, source):
    with markdown.no_pictures_yet():
        markdown.show_pictures_of("dl")
        assert "<img" not in markdown.to_html(f"![x]({source})")
