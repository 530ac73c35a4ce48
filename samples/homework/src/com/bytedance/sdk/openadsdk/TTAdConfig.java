package com.bytedance.sdk.openadsdk;

/** STAND-IN written for this sample, none of the vendor's code: the configuration of an advertising SDK. */
public final class TTAdConfig {
    final String appId;

    public TTAdConfig(String appId) {
        this.appId = appId;
    }
}
