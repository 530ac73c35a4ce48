"""Papers signed for any PDF reader (PAdES), checked with the library's own validator."""

import datetime as dt
import io

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from analyzer.model import EduauditError
from registry_api.certificates.sheet import Sheet, build
from registry_api.certificates.signature import FIELD, check_paper_key, sign_paper
from registry_api.settings import Settings

pytest.importorskip("pyhanko")
pytestmark = pytest.mark.filterwarnings("ignore")  # of the library's own dependencies


@pytest.fixture(scope="module")
def seal(tmp_path_factory):
    """A self-signed certificate of an invented office, as a PKCS#12 file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "样例省教育厅")])
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("seal") / "office.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"office", key, certificate, None, BestAvailableEncryption(b"secret"))
    )
    path.chmod(0o600)
    return path, certificate


@pytest.fixture(scope="module")
def paper():
    sheet = Sheet()
    return build([sheet.text("备案证明", "title")], title="备案证明", font=sheet.font)


def status_of(content, certificate):
    from asn1crypto.x509 import Certificate
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert signature.field_name == FIELD
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    trusted = Certificate.load(certificate.public_bytes(Encoding.DER))
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[trusted], allow_fetching=False))


def test_a_signed_paper_validates_and_a_changed_one_does_not(seal, paper, tmp_path):
    path, certificate = seal
    settings = Settings(data=tmp_path, paper_key=str(path), paper_key_password="secret")
    signed = sign_paper(paper, settings, "测试")
    assert signed.startswith(paper), "the paper itself is untouched"
    status = status_of(signed, certificate)
    assert status.bottom_line
    assert status.signing_cert.subject.native["common_name"] == "样例省教育厅"
    place = signed.index(b"/MediaBox")
    assert not status_of(signed[:place] + b"/mediaBox" + signed[place + 9 :], certificate).intact


def test_without_a_key_a_paper_stays_as_it_is(paper, tmp_path):
    assert sign_paper(paper, Settings(data=tmp_path), "x") == paper


@pytest.mark.parametrize(
    ("what", "said"), [("password", "password is wrong"), ("mode", "chmod 600"), ("gone", "No such")]
)
def test_a_key_that_cannot_sign_is_told_at_the_start(seal, tmp_path, paper, what, said):
    path = tmp_path / "key.p12"
    if what != "gone":
        path.write_bytes(seal[0].read_bytes())
        path.chmod(0o644 if what == "mode" else 0o600)
    settings = Settings(data=tmp_path, paper_key=str(path), paper_key_password="wrong")
    with pytest.raises(EduauditError, match=said):
        check_paper_key(settings)
    with pytest.raises(EduauditError):
        sign_paper(paper, settings, "x")


def test_the_certificate_of_a_filing_is_signed(api, submitted, drain, seal, registry, monkeypatch):
    from dataclasses import replace

    submitted({})
    drain()
    who = {"role": "reviewer", "province": "31", "headers": {"If-Match": "*"}}
    done = api("POST", "/filings/1/transitions", json={"event": "approve", "reason": "符合要求"}, **who)
    assert done.status_code == 200, done.text
    monkeypatch.setattr(
        registry, "settings", replace(registry.settings, paper_key=str(seal[0]), paper_key_password="secret")
    )
    answer = api("GET", "/filings/1/certificate")
    assert answer.status_code == 200
    assert status_of(answer.content, seal[1]).bottom_line
