"""Every category of SDKs and every kind of sign has a word in both languages."""

from typing import get_args

from analyzer.catalogue.sdks import Category
from analyzer.model.sdk_words import SDK_WORDS
from analyzer.render.cyclonedx import TECHNIQUE
from analyzer.render.words import word


def test_no_category_and_no_sign_is_shown_by_its_code():
    keys = [f"sdk.{name}" for name in get_args(Category)] + [f"evidence.{kind}" for kind in TECHNIQUE]
    assert [key for key in keys if key not in SDK_WORDS] == []
    assert word("sdk.push", "zh") == "推送"
    assert all(zh and en for zh, en in SDK_WORDS.values())
