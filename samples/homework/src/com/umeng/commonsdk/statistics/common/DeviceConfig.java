package com.umeng.commonsdk.statistics.common;

import android.content.Context;
import android.provider.Settings;
import android.telephony.TelephonyManager;
import java.net.NetworkInterface;
import java.net.SocketException;

/** STAND-IN written for this sample, none of the vendor's code: reads IMEI, Android ID and MAC. */
public final class DeviceConfig {
    private DeviceConfig() {}

    public static String getImei(Context context) {
        TelephonyManager phone = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
        return phone.getDeviceId();
    }

    public static String getAndroidId(Context context) {
        return Settings.Secure.getString(context.getContentResolver(), Settings.Secure.ANDROID_ID);
    }

    public static String getMac() {
        try {
            StringBuilder mac = new StringBuilder();
            for (byte part : NetworkInterface.getByName("wlan0").getHardwareAddress()) {
                mac.append(String.format("%02X:", part));
            }
            return mac.toString();
        } catch (SocketException noInterface) {
            return "";
        }
    }
}
