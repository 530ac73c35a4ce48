package com.umeng.commonsdk;

import android.content.Context;
import com.umeng.commonsdk.statistics.common.DeviceConfig;

/**
 * STAND-IN written for this sample: the class name of a statistics SDK, none of the vendor's code.
 * It reads what such an SDK states that it may collect and keeps it in memory; nothing is ever sent.
 */
public final class UMConfigure {
    public static final int DEVICE_TYPE_PHONE = 1;
    private static final String LOG_URL = "https://ulogs.umeng.com/unify_logs";
    private static String pending;

    private UMConfigure() {}

    public static void init(Context context, String appKey, String channel, int deviceType, String secret) {
        String header = "{\"imei\":\"" + DeviceConfig.getImei(context)
                + "\",\"android_id\":\"" + DeviceConfig.getAndroidId(context)
                + "\",\"mac\":\"" + DeviceConfig.getMac() + "\"}";
        pending = LOG_URL + "\n" + header;
    }
}
