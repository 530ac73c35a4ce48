"""Package URLs of components: stated by a version file, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.render.coordinates import maven_purl


@pytest.mark.parametrize(
    ("file", "version", "purl"),
    [
        (
            "META-INF/com.google.android.material_material.version",
            "1.12.0",
            "pkg:maven/com.google.android.material/material@1.12.0",
        ),
        (
            "META-INF/androidx.core_core-ktx.version",
            "1.9.0-beta01",
            "pkg:maven/androidx.core/core-ktx@1.9.0-beta01",
        ),
        ("firebase-messaging.properties", "23.4.1", "pkg:maven/com.google.firebase/firebase-messaging@23.4.1"),
        ("play-services-base.properties", "18.2.0", "pkg:maven/com.google.android.gms/play-services-base@18.2.0"),
        ("play-services-base.properties", "1.0+a", "pkg:maven/com.google.android.gms/play-services-base@1.0%2Ba"),
        # anything else names no coordinates
        ("META-INF/material.version", "1.0", None),
        ("META-INF/com.a_b_c.version", "1.0", None),
        ("assets/META-INF/androidx.core_core.version", "1.0", None),
        ("cn/jpush/android/JPushConstants->SDK_VERSION", "5.0", None),
        ("META-INF/androidx.core_core.version", "task ':core:writeVersionFile'", None),
        ("META-INF/androidx.core_core.version", None, None),
        (None, "1.0", None),
    ],
)
def test_a_purl_is_stated_by_a_version_file_or_there_is_none(file, version, purl):
    assert maven_purl(file, version) == purl


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_makes_a_purl_with_other_characters_than_coordinates_have(file, version):
    found = maven_purl(file, version)
    assert found is None or found.isascii()
