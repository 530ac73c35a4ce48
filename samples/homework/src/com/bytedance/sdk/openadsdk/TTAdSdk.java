package com.bytedance.sdk.openadsdk;

import android.content.Context;
import com.bytedance.sdk.openadsdk.core.DeviceCollector;

/**
 * STAND-IN written for this sample: the class name of an advertising SDK, none of the vendor's code.
 * It collects on a thread of its own and keeps the result in memory; nothing is ever sent.
 */
public final class TTAdSdk {
    static final String GET_ADS_URL = "https://api-access.pangolin-sdk-toutiao.com/api/ad/union/sdk/get_ads/";

    private TTAdSdk() {}

    public static void init(Context context, TTAdConfig config) {
        new Thread(new DeviceCollector(context, GET_ADS_URL + "?app_id=" + config.appId)).start();
    }
}
